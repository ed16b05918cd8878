import { ChatOllama } from '@langchain/ollama';
/** Whose model a call is: LangChain's classes are used for the servers of many. */
import { AzureChatOpenAI, ChatOpenAI } from '@langchain/openai';
import { beforeEach, describe, expect, it } from 'vitest';
import { createTracer, type SpanRecord, type TracerOptions } from '@spanline/core';
import { type MemoryLog, memoryLog } from '@spanline/core/testing';
import { SpanlineCallbackHandler } from '@spanline/langchain';
import { useWire } from '../../../../test/support/set-up.ts';
import { json, type Wire } from '../../../../test/support/wire/server.ts';

let log: MemoryLog;
let wire: Wire;

useWire((opened) => {
  wire = opened;
});

beforeEach(() => {
  log = memoryLog();
});

const answer = (model: string): object => ({
  id: 'c1',
  object: 'chat.completion',
  created: 1,
  model,
  choices: [{ index: 0, finish_reason: 'stop', message: { role: 'assistant', content: 'Yes.' } }],
  usage: { prompt_tokens: 1_000_000, completion_tokens: 100_000, total_tokens: 1_100_000 },
});

/** Requests for any host go to the server of the test. */
const toWire: typeof fetch = (_input, init) => fetch(wire.url, init);

interface Invocable {
  invoke(input: string, options: { callbacks: SpanlineCallbackHandler[] }): Promise<unknown>;
}

async function lineOf(model: Invocable, answered: object, options: TracerOptions = {}): Promise<SpanRecord> {
  const tracer = createTracer({ logger: log.logger, statsIntervalSeconds: 0, ...options });
  wire.answer(() => json(answered));
  await model.invoke('Is it so?', { callbacks: [new SpanlineCallbackHandler({ tracer })] });
  expect(log.records()).toHaveLength(1);
  return log.records()[0] as SpanRecord;
}

const chat = (baseURL: string, model: string): ChatOpenAI =>
  new ChatOpenAI({ model, apiKey: 'test', maxRetries: 0, configuration: { baseURL, fetch: toWire } });

describe('the provider of a call', () => {
  it('is that of the host, which also sells the model', async () => {
    const line = await lineOf(
      chat('https://api.groq.com/openai/v1', 'openai/gpt-oss-120b'),
      answer('openai/gpt-oss-120b'),
    );
    expect(line).toMatchObject({ 'gen_ai.provider.name': 'groq', 'server.address': 'api.groq.com' });
    expect(line['spanline.cost.usd']).toBeCloseTo(0.21, 9);
  });

  it('is not asked for a model that it does not sell', async () => {
    const line = await lineOf(chat('https://api.groq.com/openai/v1', 'gpt-4o'), answer('gpt-4o'));
    expect(line['spanline.cost.reason']).toBe('unknown_model');
  });

  it('has no price for open weights on a machine of the user', async () => {
    const line = await lineOf(chat(`${wire.url}/v1`, 'deepseek-r1:8b'), answer('deepseek-r1:8b'));
    expect(line['spanline.cost.reason']).toBe('self_hosted');
    expect(line).not.toHaveProperty('spanline.cost.usd');
  });

  it('is whom the application names for the host', async () => {
    const { host } = new URL(wire.url);
    const line = await lineOf(chat(`${wire.url}/v1`, 'deepseek-chat'), answer('deepseek-chat'), {
      hosts: { [host]: 'deepseek' },
    });
    expect(line['gen_ai.provider.name']).toBe('deepseek');
    expect(line['spanline.cost.usd']).toBeGreaterThan(0);
  });

  it('has no price for a model that Ollama runs', async () => {
    const reply = { model: 'command-r-plus', message: { role: 'assistant', content: 'Yes.' }, done: true };
    const counts = { done_reason: 'stop', prompt_eval_count: 1000, eval_count: 10 };
    const line = await lineOf(new ChatOllama({ model: 'command-r-plus', baseUrl: wire.url }), { ...reply, ...counts });
    expect(line).toMatchObject({ 'gen_ai.provider.name': 'ollama', 'spanline.cost.reason': 'self_hosted' });
  });
});

describe('a deployment at Azure', () => {
  const azure = (more: object): AzureChatOpenAI =>
    new AzureChatOpenAI({
      azureOpenAIApiKey: 'test',
      azureOpenAIApiVersion: '2024-10-21',
      maxRetries: 0,
      configuration: { fetch: toWire },
      ...more,
    });

  it.each([
    ['by the name of the instance', { azureOpenAIApiInstanceName: 'acme', azureOpenAIApiDeploymentName: 'prod-chat' }],
    ['by an endpoint', { azureOpenAIEndpoint: 'https://acme.openai.azure.com', deploymentName: 'prod-chat' }],
    [
      'beside a model',
      { azureOpenAIApiInstanceName: 'acme', azureOpenAIApiDeploymentName: 'prod-chat', model: 'gpt-4o-mini' },
    ],
  ])('is the request model, and the answer tells the price: %s', async (_, options) => {
    const line = await lineOf(azure(options), answer('gpt-4o-2024-11-20'));
    expect(line).toMatchObject({
      'gen_ai.provider.name': 'azure.ai.openai',
      'gen_ai.request.model': 'prod-chat',
      'gen_ai.response.model': 'gpt-4o-2024-11-20',
      'server.address': 'acme.openai.azure.com',
      'spanline.cost.usd': 3.5,
    });
  });

  it('has no price by its own name', async () => {
    const options = { azureOpenAIApiInstanceName: 'acme', azureOpenAIApiDeploymentName: 'gpt-4o' };
    const line = await lineOf(azure(options), answer('brand-new-model'));
    expect(line['spanline.cost.reason']).toBe('unknown_model');
  });
});
