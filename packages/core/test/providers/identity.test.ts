import { describe, expect, it } from 'vitest';
import { type HostOwners, providerOf, sellerOf } from '../../src/providers/index.ts';
import { isPrivateHost } from '../../src/providers/private-host.ts';
import { createPricer } from '../../src/usage/index.ts';
import { isListed } from '../../src/usage/listed-providers.ts';

describe('the provider of a call', () => {
  it.each([
    ['api.groq.com', 'groq'],
    ['eu.api.openai.com', 'openai'],
    ['us.api.x.ai', 'x_ai'],
    ['api.eu.mistral.ai', 'mistral_ai'],
    ['acme.openai.azure.com', 'azure.ai.openai'],
    ['agency.openai.azure.us', 'azure.ai.openai'],
    ['codestral.mistral.ai', 'mistral_ai'],
    ['acme.services.ai.azure.com', 'azure.ai.inference'],
    ['europe-west4-aiplatform.googleapis.com', 'gcp.vertex_ai'],
    ['aiplatform.googleapis.com', 'gcp.vertex_ai'],
    ['generativelanguage.googleapis.com', 'gcp.gemini'],
    ['bedrock-runtime.us-east-1.amazonaws.com', 'aws.bedrock'],
    ['vpce-0a1b.bedrock-runtime.eu-west-1.vpce.amazonaws.com', 'aws.bedrock'],
    ['API.DeepSeek.com', 'deepseek'],
  ])('is known by the host %s', (host, provider) => {
    expect(providerOf({ host, id: 'openai', className: 'ChatOpenAI', protocol: 'openai' })).toBe(provider);
  });

  it.each(['api.openai.com.example.org', 'lb-1.us-east-1.elb.amazonaws.com', 'notapi.groq.com', 'localhost', '::1'])(
    'is that of the protocol on the host %s',
    (host) => {
      expect(providerOf({ host, protocol: 'openai' })).toBe('openai');
    },
  );

  it.each([
    ['ChatOpenAI', 'openai', 'openai'],
    ['AzureChatOpenAI', 'azure', 'azure.ai.openai'],
    // Classes that are derived from OpenAI's, and keep its name for the provider.
    ['AzureChatOpenAI', 'openai', 'azure.ai.openai'],
    ['ChatDeepSeek', 'openai', 'deepseek'],
    ['ChatXAI', 'xai', 'x_ai'],
    ['ChatGroq', 'groq', 'groq'],
    ['ChatOllama', 'ollama', 'ollama'],
    ['ChatMistralAI', 'mistral', 'mistral_ai'],
    ['ChatBedrockConverse', 'amazon_bedrock', 'aws.bedrock'],
    ['BedrockChat', undefined, 'aws.bedrock'],
    ['ChatVertexAI', 'google_vertexai', 'gcp.vertex_ai'],
    ['ChatGoogle', 'google_vertexai', 'gcp.vertex_ai'],
    ['ChatGoogleGenerativeAI', 'google_genai', 'gcp.gemini'],
    ['ChatTogetherAI', 'TogetherAI', 'together_ai'],
    ['ChatFireworks', 'Fireworks', 'fireworks_ai'],
    ['ChatCohere', 'Cohere', 'cohere'],
    ['ChatCerebras', 'Cerebras', 'cerebras'],
    ['ChatPerplexity', 'perplexity', 'perplexity'],
    ['ChatAnthropic', 'anthropic', 'anthropic'],
    ['ChatLlamaCpp', 'LlamaCpp', 'llama_cpp'],
    ['AcmeModel', 'Acme', 'acme'],
  ])('is known by the class %s of a framework', (className, id, provider) => {
    expect(providerOf({ className, id })).toBe(provider);
  });

  it('is known by the name of the model, where nothing else is known', () => {
    expect(providerOf({ model: 'groq/llama-3.3-70b-versatile' })).toBe('groq');
    expect(providerOf({ model: 'eu.anthropic.claude-sonnet-4-6' })).toBe('aws.bedrock');
    expect(providerOf({ model: 'accounts/fireworks/models/kimi-k2' })).toBe('fireworks_ai');
    expect(providerOf({ model: 'openai/gpt-oss-20b' })).toBeUndefined();
  });
});

describe('a private host', () => {
  it.each([
    'localhost',
    'LOCALHOST.',
    'api.localhost',
    '127.0.0.1',
    '127.8.9.1',
    '0.0.0.0',
    '10.2.3.4',
    '172.16.0.1',
    '172.31.255.1',
    '192.168.1.7',
    '169.254.1.1',
    '100.64.0.9',
    '::1',
    '[::1]',
    '::',
    'fd12:3456::7',
    'fe80::1%eth0',
    '::ffff:10.0.0.1',
    '::ffff:7f00:1',
    'ollama',
    'vllm-server',
    'gpu.local',
    'litellm.internal',
    'nas.lan',
    'host.docker.internal',
    'host.containers.internal',
    'vllm.ml.svc.cluster.local',
    'vllm.ml.svc',
    'box.home.arpa',
  ])('is %s', (host) => {
    expect(isPrivateHost(host)).toBe(true);
  });

  it.each([
    'api.openai.com',
    '8.8.8.8',
    '172.32.0.1',
    '172.15.0.1',
    '100.128.0.1',
    '192.169.0.1',
    '2001:4860:4860::8888',
    '::ffff:8.8.8.8',
    'internal.example.com',
    'localhost.example.com',
    'local.ai',
    '',
  ])('is not %s', (host) => {
    expect(isPrivateHost(host)).toBe(false);
  });
});

const units = { input_tokens: 1_000_000, output_tokens: 100_000 };

function costOf(
  provider: string | undefined,
  host: string | undefined,
  model: string,
  hosts: HostOwners = {},
): unknown {
  const cost = createPricer({ hosts }).cost({ provider, host, port: 8000, requestModel: model, units });
  return 'usd' in cost ? cost.usd : cost.reason;
}

describe('who bills a model', () => {
  it.each([
    'deepseek-r1:8b',
    'deepseek-chat',
    'command-r-plus',
    'llama-3.3-70b-versatile',
    'gpt-oss-120b',
    'openai/gpt-oss-20b',
    'mistral-large-2411',
    'qwen/qwen3-8b',
    'meta-llama/Llama-3.3-70B-Instruct',
    'grok-2',
    'gemma-3',
    'kimi-k2-0905-preview',
  ])('is nobody, for %s on a machine of the user', (model) => {
    for (const host of ['localhost', '127.0.0.1', '::1', 'fd00::2', '192.168.0.9', 'gpu.local', 'vllm', 'a.internal']) {
      for (const provider of ['openai', 'anthropic', undefined])
        expect(costOf(provider, host, model)).toBe('self_hosted');
    }
    for (const provider of ['ollama', 'vllm', 'lm_studio', 'llama.cpp', 'llamacpp', 'lmstudio'])
      expect(costOf(provider, undefined, model)).toBe('self_hosted');
  });

  it.each([
    'llama3.2',
    'codellama-python',
    'phi-4',
    'my-team/tuned-12b',
    'glm-4.6',
    'BAAI/bge-m3',
    'gpt-j-6b',
    'openai/whisper-large-v3',
    'gpt2',
  ])('is nobody, for the open weights of %s behind a private address', (model) => {
    expect(costOf('openai', '127.0.0.1', model)).toBe('self_hosted');
  });

  it.each([
    'gpt-9',
    'gpt-10-mini',
    'openai/gpt-9',
    'o9-mini',
    'o12',
    'ft:o9-mini:acme',
    'chatgpt-next',
    'anthropic/claude-saga-9',
    'claude-next',
    'gemini-9-flash',
    'grok-9-fast',
    'x-ai/grok-9',
    'us.anthropic/claude-9',
    'openai/next',
    // An alias on a gateway. It may be that of a closed model.
    'my-model',
    'smart',
    'acme/prod-chat',
  ])('is unknown, for %s behind a private address', (model) => {
    for (const host of ['127.0.0.1', '10.1.2.3', '::1', 'litellm', 'gateway.internal']) {
      for (const provider of ['openai', 'anthropic', undefined])
        expect(costOf(provider, host, model)).toBe('unknown_model');
    }
    expect(costOf('openai', '127.0.0.1', model, { '127.0.0.1:8000': 'self_hosted' })).toBe('self_hosted');
    expect(costOf('ollama', '127.0.0.1', model)).toBe('self_hosted');
  });

  // Prices of a million tokens of input and 100,000 of output, by the makers' lists.
  it.each([
    ['gpt-4o-mini', 0.15 + 0.06],
    ['openai/gpt-4o-mini', 0.15 + 0.06],
    ['azure/gpt-4o-mini', 0.15 + 0.06],
    ['claude-sonnet-4-6', 3 + 1.5],
    ['anthropic/claude-sonnet-4-6', 3 + 1.5],
    ['gemini/gemini-2.5-flash', 0.3 + 0.25],
    ['gemini-2.5-flash', 0.3 + 0.25],
    ['mistral-small-latest', 0.1 + 0.03],
    // A name by which only one host of open weights is called.
    ['groq/openai/gpt-oss-120b', 0.15 + 0.06],
  ])('is the maker or the named provider, for %s behind a gateway', (model, usd) => {
    for (const host of ['localhost', '10.1.2.3', 'litellm.internal', 'gateway.example.com'])
      expect(costOf('openai', host, model)).toBeCloseTo(usd, 9);
  });

  // The catalogue finds these only in the list of their maker.
  it.each([
    ['text-embedding-3-small', 'openai', 'text-embedding-3-small'],
    ['openai/text-embedding-3-large', 'openai', 'text-embedding-3-large'],
    ['text-embedding-ada-002', 'openai', 'text-embedding-ada-002'],
    ['ft:gpt-4o-mini-2024-07-18:acme::abc', 'openai', 'ft:gpt-4o-mini-2024-07-18:acme::abc'],
    ['cohere/embed-v4.0', 'cohere', 'embed-v4.0'],
    ['perplexity/sonar-pro', 'perplexity', 'sonar-pro'],
    ['bedrock/amazon.nova-lite-v1:0', 'aws.bedrock', 'amazon.nova-lite-v1:0'],
  ])('is the maker of %s, behind a gateway and where nothing else is known', (model, maker, name) => {
    const usd = costOf(maker, undefined, name);
    expect(usd).toBeTypeOf('number');
    for (const host of ['litellm.internal', 'gateway.example.com', undefined]) {
      for (const provider of ['openai', 'litellm', undefined]) {
        if (host !== undefined || provider !== 'openai') expect(costOf(provider, host, model)).toEqual(usd);
      }
    }
  });

  it('is unknown for open weights on a public host that is no provider', () => {
    expect(costOf('openai', 'llm.example.com', 'deepseek-chat')).toBe('unknown_model');
    expect(costOf('deepinfra', 'api.deepinfra.com', 'deepseek-chat')).toBe('unknown_model');
    expect(costOf('acme', undefined, 'deepseek-chat')).toBe('unknown_model');
  });

  it('is nobody for a model that the provider does not sell', () => {
    expect(costOf('groq', 'api.groq.com', 'gpt-4o')).toBe('unknown_model');
    expect(costOf('openai', 'api.openai.com', 'claude-sonnet-4-6')).toBe('unknown_model');
    expect(costOf('openai', undefined, 'gpt-oss-120b')).toBe('unknown_model');
    expect(costOf('anthropic', undefined, 'gpt-4o')).toBe('unknown_model');
    expect(costOf('deepseek', undefined, 'gpt-4o')).toBe('unknown_model');
  });

  it('is the provider of the host, whatever the class says', () => {
    expect(costOf('openai', 'api.groq.com', 'openai/gpt-oss-120b')).toBeCloseTo(0.21, 9);
    expect(costOf('openai', 'api.deepseek.com', 'deepseek-chat')).toEqual(
      costOf('deepseek', undefined, 'deepseek-chat'),
    );
    expect(costOf(undefined, 'aiplatform.googleapis.com', 'publishers/google/models/gemini-2.5-flash')).toBeCloseTo(
      0.55,
    );
  });

  it('is decided by the name alone where nothing else is known', () => {
    expect(costOf(undefined, undefined, 'gpt-4o-mini')).toBeCloseTo(0.21, 9);
    expect(costOf(undefined, undefined, 'deepseek-r1:8b')).toBe('self_hosted');
    expect(costOf(undefined, undefined, '/models/Qwen3-8B.gguf')).toBe('self_hosted');
    expect(costOf('openai', 'llm.example.com', 'ollama/llama3')).toBe('self_hosted');
    expect(costOf('openai', 'llm.example.com', 'hosted_vllm/gpt-4o')).toBe('self_hosted');
  });

  it('is who the application names for the host', () => {
    const deepseek = costOf('deepseek', undefined, 'deepseek-chat');
    const claims: HostOwners = {
      'localhost:8000': 'deepseek',
      '*.corp.example': 'gateway',
      'box.corp.example': 'self_hosted',
      'api.groq.com': 'self_hosted',
    };
    expect(costOf('openai', 'localhost', 'deepseek-chat', claims)).toEqual(deepseek);
    expect(costOf('openai', 'localhost', 'gpt-4o', claims)).toBe('unknown_model');
    expect(costOf('openai', 'a.b.corp.example', 'deepseek-chat', claims)).toEqual(deepseek);
    expect(costOf('openai', 'box.corp.example', 'gpt-4o', claims)).toBe('self_hosted');
    expect(costOf('groq', 'api.groq.com', 'openai/gpt-oss-120b', claims)).toBe('self_hosted');
    expect(costOf('openai', '127.0.0.1', 'deepseek-chat', claims)).toBe('self_hosted');
  });

  it('is nobody where the application names an engine, and who it names at an IPv6 address', () => {
    expect(costOf('openai', 'llm.example.com', 'gpt-4o', { 'llm.example.com': 'vllm' })).toBe('self_hosted');
    expect(costOf('openai', '::1', 'deepseek-chat', { '[::1]:8000': 'DeepSeek' })).toEqual(
      costOf('deepseek', undefined, 'deepseek-chat'),
    );
  });

  it('names a list that the catalogue has, or none', () => {
    const seller = sellerOf({ provider: 'my-openai', host: undefined, port: undefined, model: 'gpt-4o' }, {}, isListed);
    expect(seller).toMatchObject({ maker: true });
  });
});

describe('a deployment at Azure', () => {
  const pricer = createPricer();
  const call = { provider: 'azure.ai.openai', units };

  it('has the price of the model that answered', () => {
    expect(pricer.cost({ ...call, requestModel: 'prod-chat', responseModel: 'gpt-4o-2024-11-20' })).toMatchObject({
      usd: 3.5,
    });
    expect(pricer.cost({ ...call, requestModel: 'gpt-4o', responseModel: 'gpt-9-unheard' })).toEqual({
      reason: 'unknown_model',
    });
  });

  it('is only assumed to be the model of its name, where the answer names none', () => {
    expect(pricer.cost({ ...call, requestModel: 'gpt-4o' })).toMatchObject({ usd: 3.5, inexact: 'assumed_model' });
    expect(pricer.cost({ ...call, requestModel: 'prod-chat' })).toEqual({ reason: 'unknown_model' });
  });
});
