import { describe, expect, it } from 'vitest';
import { createPricer, normalizeUsage } from '../../src/usage/index.ts';

const pricer = createPricer();
const WHEN = Date.UTC(2026, 10, 23, 12);

interface Call {
  readonly provider: string;
  readonly model: string;
  readonly tier?: string;
  readonly region?: string;
}

/** Prices an answer as the pipeline does. */
function bill({ provider, model, tier, region }: Call, answer: unknown) {
  const usage = normalizeUsage(answer, { provider, model });
  return pricer.cost({
    provider,
    responseModel: model,
    requestModel: model,
    units: usage?.units ?? {},
    source: usage?.source,
    issue: usage?.issue,
    hasUnknown: usage?.unknown !== undefined,
    reportedUsd: usage?.costUsd,
    tier: usage?.conditions?.tier ?? tier,
    region: usage?.conditions?.region ?? region,
    timestamp: WHEN,
  });
}

const CLAUDE = { provider: 'anthropic', model: 'claude-sonnet-4-6' };
const OPUS = { provider: 'anthropic', model: 'claude-opus-4-8' };
const GPT = { provider: 'openai', model: 'gpt-5-mini' };
const LONG = { provider: 'openai', model: 'gpt-5.4' };
const GEMINI = { provider: 'gcp.gemini', model: 'gemini-2.5-flash' };
const M = 1e-6;

/** Anthropic: https://platform.claude.com/docs/en/about-claude/pricing; OpenAI: https://developers.openai.com/api/docs/pricing; Google: https://ai.google.dev/gemini-api/docs/pricing. */
const INVOICES: readonly (readonly [what: string, call: Call, answer: unknown, usd: number])[] = [
  [
    'a cache write for an hour at twice the input',
    CLAUDE,
    {
      usage: {
        input_tokens: 200,
        output_tokens: 40,
        cache_creation_input_tokens: 6000,
        cache_read_input_tokens: 0,
        cache_creation: { ephemeral_5m_input_tokens: 2000, ephemeral_1h_input_tokens: 4000 },
      },
    },
    (200 * 3 + 2000 * 3.75 + 4000 * 6 + 40 * 15) * M,
  ],
  [
    'a read of the cache at a tenth of the input',
    OPUS,
    { usage: { input_tokens: 50, output_tokens: 10, cache_creation_input_tokens: 0, cache_read_input_tokens: 9000 } },
    (50 * 5 + 9000 * 0.5 + 10 * 25) * M,
  ],
  [
    'cached tokens in camel case, under the name that Google has for a list',
    GPT,
    {
      promptTokens: 1000,
      completionTokens: 100,
      totalTokens: 1100,
      promptTokensDetails: { cachedTokens: 400 },
      completionTokensDetails: { reasoningTokens: 50 },
    },
    (600 * 0.25 + 400 * 0.025 + 100 * 2) * M,
  ],
  [
    "sound in Google's list in snake case, under the name that OpenAI has for an object",
    GEMINI,
    {
      prompt_token_count: 1000,
      candidates_token_count: 100,
      cached_content_token_count: 200,
      total_token_count: 1100,
      prompt_tokens_details: [
        { modality: 'AUDIO', token_count: 600 },
        { modality: 'TEXT', token_count: 400 },
      ],
      cache_tokens_details: [{ modality: 'TEXT', token_count: 200 }],
      candidates_tokens_details: [{ modality: 'TEXT', token_count: 100 }],
    },
    (200 * 0.3 + 200 * 0.03 + 600 * 1 + 100 * 2.5) * M,
  ],
  [
    'a batch of Anthropic at half, searches in full',
    CLAUDE,
    {
      usage: {
        input_tokens: 1000,
        output_tokens: 100,
        service_tier: 'batch',
        server_tool_use: { web_search_requests: 2 },
      },
    },
    ((1000 * 3 + 100 * 15) / 2) * M + 2 * 0.01,
  ],
  [
    'inference in the US at 1.1 times',
    OPUS,
    { usage: { input_tokens: 1000, output_tokens: 100, inference_geo: 'us', service_tier: 'standard' } },
    (1000 * 5 + 100 * 25) * M * 1.1,
  ],
  [
    'fast mode of Opus 4.8 at twice',
    OPUS,
    { usage: { input_tokens: 1000, output_tokens: 100, speed: 'fast' } },
    (1000 * 5 + 100 * 25) * M * 2,
  ],
  [
    'fast mode of Opus 5.5 at twice, with a read of the cache at a twentieth of the input',
    { provider: 'anthropic', model: 'claude-opus-5-5' },
    { usage: { input_tokens: 1000, output_tokens: 100, cache_read_input_tokens: 9000, speed: 'fast' } },
    (1000 * 4 + 9000 * 0.2 + 100 * 20) * M * 2,
  ],
  [
    'priority processing of GPT-5 mini at 1.8 times: $0.45 and $3.60',
    GPT,
    { service_tier: 'priority', usage: { prompt_tokens: 1000, completion_tokens: 100, total_tokens: 1100 } },
    (1000 * 0.45 + 100 * 3.6) * M,
  ],
  [
    'the fast mode of OpenAI, which is its new name, for GPT-5.5: $12.50, $1.25 and $75',
    { provider: 'openai', model: 'gpt-5.5' },
    {
      service_tier: 'fast',
      usage: { input_tokens: 3000, output_tokens: 100, input_tokens_details: { cached_tokens: 2000 } },
    },
    (1000 * 12.5 + 2000 * 1.25 + 100 * 75) * M,
  ],
  [
    'GPT-6 Astra ultrafast at six times: $60 and $300',
    { provider: 'openai', model: 'gpt-6-astra' },
    { service_tier: 'ultrafast', usage: { input_tokens: 1000, output_tokens: 100 } },
    (1000 * 60 + 100 * 300) * M,
  ],
  [
    'compactions beside the counts at the top',
    OPUS,
    {
      usage: {
        input_tokens: 400,
        output_tokens: 20,
        iterations: [
          { type: 'compaction', input_tokens: 1000, output_tokens: 30, cache_read_input_tokens: 500 },
          { type: 'message', input_tokens: 400, output_tokens: 20 },
        ],
      },
    },
    (1400 * 5 + 500 * 0.5 + 50 * 25) * M,
  ],
  [
    'flex of OpenAI at half',
    GPT,
    {
      service_tier: 'flex',
      usage: {
        prompt_tokens: 4000,
        completion_tokens: 100,
        total_tokens: 4100,
        prompt_tokens_details: { cached_tokens: 1000 },
      },
    },
    ((3000 * 0.25 + 1000 * 0.025 + 100 * 2) / 2) * M,
  ],
  [
    '272,000 tokens at the lower price',
    LONG,
    { usage: { input_tokens: 272_000, output_tokens: 10, total_tokens: 272_010 } },
    (272_000 * 2.5 + 10 * 15) * M,
  ],
  [
    '272,001 tokens at the higher price',
    LONG,
    { usage: { input_tokens: 272_001, output_tokens: 10, total_tokens: 272_011 } },
    (272_001 * 5 + 10 * 22.5) * M,
  ],
  [
    '199,999 tokens of Grok below the step',
    { provider: 'x_ai', model: 'grok-4.5' },
    { prompt_tokens: 199_999, completion_tokens: 1, total_tokens: 200_000 },
    (199_999 * 2 + 6) * M,
  ],
  [
    '200,000 tokens of Grok on the step',
    { provider: 'x_ai', model: 'grok-4.5' },
    { prompt_tokens: 200_000, completion_tokens: 1, total_tokens: 200_001 },
    (200_000 * 4 + 12) * M,
  ],
  // https://platform.claude.com/docs/en/about-claude/pricing: $6 and $22.50 above 200,000, for Sonnet 4 and 4.5.
  ...(['claude-sonnet-4-20250514', 'claude-sonnet-4-5'] as const).flatMap((model) => [
    [
      `the long context of ${model}, which has not begun`,
      { provider: 'anthropic', model },
      { usage: { input_tokens: 100_000, cache_read_input_tokens: 100_000, output_tokens: 10 } },
      (100_000 * 3 + 100_000 * 0.3 + 10 * 15) * M,
    ] as const,
    [
      `the long context of ${model}`,
      { provider: 'anthropic', model },
      { usage: { input_tokens: 100_001, cache_read_input_tokens: 100_000, output_tokens: 10 } },
      (100_001 * 6 + 100_000 * 0.6 + 10 * 22.5) * M,
    ] as const,
  ]),
  [
    'Grok 4 at 128,000 tokens',
    { provider: 'x_ai', model: 'grok-4' },
    { prompt_tokens: 128_000, completion_tokens: 10, total_tokens: 128_010 },
    (128_000 * 3 + 10 * 15) * M,
  ],
  [
    'Grok 4 above 128,000 tokens, at $6 and $30',
    { provider: 'x_ai', model: 'grok-4' },
    { prompt_tokens: 128_001, completion_tokens: 10, total_tokens: 128_011 },
    (128_001 * 6 + 10 * 30) * M,
  ],
  [
    'counts of a client of gRPC',
    GPT,
    { prompt_tokens: 1000n, completion_tokens: 100n, total_tokens: 1100n },
    (1000 * 0.25 + 100 * 2) * M,
  ],
  [
    "OpenAI's host in Europe at 1.1 times",
    { ...LONG, region: 'eu' },
    { usage: { input_tokens: 1000, output_tokens: 100, total_tokens: 1100 } },
    (1000 * 2.5 + 100 * 15) * M * 1.1,
  ],
  [
    'searches of the web and of files, not pages that are opened',
    GPT,
    {
      output: [
        { type: 'web_search_call', action: { type: 'search' } },
        { type: 'web_search_call', action: { type: 'open_page' } },
        { type: 'file_search_call' },
      ],
      usage: { input_tokens: 1000, output_tokens: 100, total_tokens: 1100 },
    },
    (1000 * 0.25 + 100 * 2) * M + 0.01 + 0.0025,
  ],
  [
    'sound at its own price, and what of it was cached',
    GEMINI,
    {
      promptTokenCount: 5000,
      candidatesTokenCount: 10,
      cachedContentTokenCount: 1000,
      totalTokenCount: 5010,
      promptTokensDetails: [
        { modality: 'TEXT', tokenCount: 2000 },
        { modality: 'AUDIO', tokenCount: 3000 },
      ],
      cacheTokensDetails: [
        { modality: 'TEXT', tokenCount: 400 },
        { modality: 'AUDIO', tokenCount: 600 },
      ],
    },
    (1600 * 0.3 + 2400 * 1 + 400 * 0.03 + 600 * 0.1 + 10 * 2.5) * M,
  ],
  [
    'sound at its own price, where nothing but text was cached',
    GEMINI,
    {
      promptTokenCount: 5000,
      candidatesTokenCount: 10,
      cachedContentTokenCount: 1000,
      totalTokenCount: 5010,
      promptTokensDetails: [
        { modality: 'TEXT', tokenCount: 2000 },
        { modality: 'AUDIO', tokenCount: 3000 },
      ],
      cacheTokensDetails: [{ modality: 'TEXT', tokenCount: 1000 }],
    },
    (1000 * 0.3 + 3000 * 1 + 1000 * 0.03 + 10 * 2.5) * M,
  ],
  [
    'thoughts and the prompts of tools',
    GEMINI,
    {
      promptTokenCount: 10,
      candidatesTokenCount: 20,
      thoughtsTokenCount: 30,
      toolUsePromptTokenCount: 40,
      totalTokenCount: 100,
    },
    (50 * 0.3 + 50 * 2.5) * M,
  ],
  [
    "an interaction of Google's newer API, with thoughts, tools and sound",
    GEMINI,
    {
      id: 'i1',
      model: 'gemini-2.5-flash',
      status: 'completed',
      usage: {
        total_input_tokens: 1000,
        total_cached_tokens: 0,
        total_output_tokens: 20,
        total_thought_tokens: 30,
        total_tool_use_tokens: 40,
        total_tokens: 1090,
        input_tokens_by_modality: [
          { modality: 'text', tokens: 400 },
          { modality: 'audio', tokens: 600 },
        ],
      },
    },
    (440 * 0.3 + 600 * 1 + 50 * 2.5) * M,
  ],
  [
    'a transcript by the second, with the 10 seconds that a call costs at least left to the provider',
    { provider: 'openai', model: 'whisper-1' },
    { text: 'hi', usage: { type: 'duration', seconds: 90 } },
    (90 / 3600) * 0.36,
  ],
  [
    'sound that Mistral bills by the second, with its tokens in the total: $0.003 a minute (https://mistral.ai/pricing, https://docs.mistral.ai/studio-api/audio/speech_to_text)',
    { provider: 'mistral_ai', model: 'voxtral-mini-latest' },
    {
      model: 'voxtral-mini-latest',
      usage: { prompt_audio_seconds: 120, prompt_tokens: 4, completion_tokens: 300, total_tokens: 1820 },
    },
    2 * 0.003,
  ],
  [
    "the body of Amazon's own model, by two lists of tokens (https://docs.aws.amazon.com/bedrock/latest/userguide/model-parameters-titan-text.html)",
    { provider: 'aws.bedrock', model: 'amazon.titan-text-express-v1' },
    {
      inputTextTokenCount: 400,
      results: [{ tokenCount: 30, outputText: 'So.', completionReason: 'FINISH' }, { tokenCount: 20 }],
    },
    (400 * 0.2 + 50 * 0.6) * M,
  ],
  [
    "the body of Meta's model on Bedrock (https://docs.aws.amazon.com/bedrock/latest/userguide/model-parameters-meta.html)",
    { provider: 'aws.bedrock', model: 'meta.llama3-1-70b-instruct-v1:0' },
    { generation: 'So.', prompt_token_count: 300, generation_token_count: 20, stop_reason: 'stop' },
    320 * 0.72 * M,
  ],
  [
    'pages of a document',
    { provider: 'mistral_ai', model: 'mistral-ocr-latest' },
    { model: 'mistral-ocr-latest', usage_info: { pages_processed: 3, doc_size_bytes: 12_345 } },
    0.012,
  ],
  [
    'cached tokens of Mistral at a tenth of the input, for a model whose list leaves them out',
    { provider: 'mistral_ai', model: 'mistral-small-latest' },
    {
      usage: {
        prompt_tokens: 1000,
        completion_tokens: 10,
        total_tokens: 1010,
        prompt_tokens_details: { cached_tokens: 800 },
      },
    },
    (200 * 0.1 + 800 * 0.01 + 10 * 0.3) * M,
  ],
  [
    'cached tokens of Groq at half of the input, for a model whose list leaves them out',
    { provider: 'groq', model: 'llama-3.3-70b-versatile' },
    {
      usage: {
        prompt_tokens: 1000,
        completion_tokens: 10,
        total_tokens: 1010,
        prompt_tokens_details: { cached_tokens: 600 },
      },
    },
    (400 * 0.59 + 600 * 0.295 + 10 * 0.79) * M,
  ],
  [
    'an embedding whose total is its input',
    { provider: 'openai', model: 'text-embedding-3-small' },
    { usage: { total_tokens: 1000 } },
    1000 * 0.02 * M,
  ],
  [
    'pages of a document in a batch at half: $2 for a thousand (https://mistral.ai/pricing)',
    { provider: 'mistral_ai', model: 'mistral-ocr-latest', tier: 'batch' },
    { model: 'mistral-ocr-latest', usage_info: { pages_processed: 3, doc_size_bytes: 12_345 } },
    0.006,
  ],
  [
    'images that go in and come out',
    { provider: 'openai', model: 'gpt-image-1' },
    {
      usage: {
        input_tokens: 50,
        output_tokens: 1000,
        total_tokens: 1050,
        input_tokens_details: { text_tokens: 20, image_tokens: 30 },
      },
    },
    (20 * 5 + 30 * 10 + 1000 * 40) * M,
  ],
  [
    "Cohere's billed units",
    { provider: 'cohere', model: 'command-r-plus-08-2024' },
    { usage: { billed_units: { input_tokens: 7, output_tokens: 8 }, tokens: { input_tokens: 90, output_tokens: 20 } } },
    (7 * 2.5 + 8 * 10) * M,
  ],
  [
    "Cohere's input alone, where only that is billed",
    { provider: 'cohere', model: 'command-r-plus-08-2024' },
    { meta: { billed_units: { input_tokens: 7 }, tokens: { input_tokens: 90, output_tokens: 20 } } },
    7 * 2.5 * M,
  ],
  [
    "writes to OpenAI's cache for half an hour, at 1.25 times the input",
    { provider: 'openai', model: 'gpt-5.6-sol' },
    {
      usage: {
        input_tokens: 3000,
        output_tokens: 10,
        total_tokens: 3010,
        input_tokens_details: {
          cached_tokens: 0,
          cache_write_tokens_details: { ttl_30m_tokens: 2000, ttl_12h_tokens: 0 },
        },
      },
    },
    (1000 * 4 + 2000 * 5 + 10 * 20) * M,
  ],
  [
    "one answer of OpenAI's batch at half",
    GPT,
    {
      custom_id: 'r1',
      response: {
        status_code: 200,
        body: {
          model: 'gpt-5-mini',
          service_tier: 'default',
          usage: { prompt_tokens: 1000, completion_tokens: 100, total_tokens: 1100 },
        },
      },
    },
    ((1000 * 0.25 + 100 * 2) / 2) * M,
  ],
  [
    "one answer of Anthropic's batch at half, cached tokens included",
    CLAUDE,
    {
      custom_id: 'r1',
      result: {
        type: 'succeeded',
        message: {
          usage: { input_tokens: 100, output_tokens: 10, cache_read_input_tokens: 900, service_tier: 'batch' },
        },
      },
    },
    ((100 * 3 + 900 * 0.3 + 10 * 15) / 2) * M,
  ],
  [
    "one answer of a batch of Google's API at half",
    GEMINI,
    {
      key: 'r1',
      response: { usageMetadata: { promptTokenCount: 1000, candidatesTokenCount: 100, totalTokenCount: 1100 } },
    },
    ((1000 * 0.3 + 100 * 2.5) / 2) * M,
  ],
  [
    "one answer of a batch of Google's cloud at half",
    { ...GEMINI, provider: 'gcp.vertex_ai' },
    {
      status: '',
      processed_time: '2026-11-23T11:00:00Z',
      request: { contents: [] },
      response: { usageMetadata: { promptTokenCount: 1000, candidatesTokenCount: 100, totalTokenCount: 1100 } },
    },
    ((1000 * 0.3 + 100 * 2.5) / 2) * M,
  ],
  [
    "one answer of Amazon's batch at half",
    { provider: 'aws.bedrock', model: 'anthropic.claude-3-haiku-20240307-v1:0' },
    { recordId: 'r1', modelInput: {}, modelOutput: { usage: { input_tokens: 1000, output_tokens: 100 } } },
    ((1000 * 0.25 + 100 * 1.25) / 2) * M,
  ],
  [
    'a batch of Google at half, with what was cached at its own price',
    { ...GEMINI, tier: 'batch' },
    { promptTokenCount: 1000, candidatesTokenCount: 10, cachedContentTokenCount: 400, totalTokenCount: 1010 },
    ((600 * 0.3 + 10 * 2.5) / 2 + 400 * 0.03) * M,
  ],
  [
    "Claude on a regional endpoint of Google's cloud at 1.1 times",
    { provider: 'gcp.vertex_ai', model: 'claude-sonnet-4-6', region: 'us-east5' },
    { usage: { input_tokens: 1000, output_tokens: 100 } },
    (1000 * 3 + 100 * 15) * M * 1.1,
  ],
  [
    'Grok on the host in the US at 1.1 times',
    { provider: 'x_ai', model: 'grok-4.6', region: 'us' },
    { usage: { prompt_tokens: 1000, completion_tokens: 100, total_tokens: 1100 } },
    (1000 * 2 + 100 * 6) * M * 1.1,
  ],
  [
    'Claude on the global endpoint at the list price',
    { provider: 'gcp.vertex_ai', model: 'claude-sonnet-4-6', region: 'global' },
    { usage: { input_tokens: 1000, output_tokens: 100 } },
    (1000 * 3 + 100 * 15) * M,
  ],
  [
    'an older model on the same regional host at the list price',
    { ...GPT, region: 'us' },
    { usage: { input_tokens: 1000, output_tokens: 100, total_tokens: 1100 } },
    (1000 * 0.25 + 100 * 2) * M,
  ],
  [
    'flex of Groq at the list price',
    { provider: 'groq', model: 'openai/gpt-oss-120b', tier: 'flex' },
    { usage: { prompt_tokens: 1000, completion_tokens: 100, total_tokens: 1100 } },
    (1000 * 0.15 + 100 * 0.6) * M,
  ],
  [
    'ten seconds of a transcript at least, at Groq',
    { provider: 'groq', model: 'whisper-large-v3' },
    { usage: { seconds: 3 } },
    (10 / 3600) * 0.111,
  ],
];

describe('the sum of several requests', () => {
  const request = (input: number): object => ({ usage: { prompt_tokens: input, completion_tokens: 10 } });
  const sumOf = (...inputs: number[]): object => ({ steps: inputs.map(request) });

  it('is exact below the step of a price, and says so where a request may have passed it', () => {
    const below = bill(LONG, sumOf(100_000, 100_000));
    expect(below).toMatchObject({ usd: expect.closeTo((200_000 * 2.5 + 20 * 15) * M, 9) as number });
    expect(below).not.toHaveProperty('inexact');
    expect(bill(LONG, sumOf(200_000, 200_000))).toMatchObject({ inexact: 'inconsistent_usage' });
  });

  it('is exact at a flat price, whatever its size', () => {
    expect(bill(GPT, sumOf(300_000, 300_000))).not.toHaveProperty('inexact');
  });
});

describe('the invoice of a provider', () => {
  it.each(INVOICES)('%s', (_what, call, answer, usd) => {
    const cost = bill(call, answer);
    expect(cost).not.toHaveProperty('inexact');
    expect('usd' in cost && cost.usd).toBeCloseTo(usd, 12);
  });

  it.each([
    [
      'a number that nobody knows',
      GPT,
      { prompt_tokens: 10, completion_tokens: 1, hologram_tokens: 5 },
      'unknown_usage',
    ],
    [
      'a search that has no price',
      GEMINI,
      {
        candidates: [{ groundingMetadata: { webSearchQueries: ['q'] } }],
        usageMetadata: { promptTokenCount: 1, candidatesTokenCount: 1 },
      },
      'unpriced_unit',
    ],
    [
      'a tier that has no price',
      { provider: 'openai', model: 'gpt-5-nano' },
      { service_tier: 'priority', usage: { prompt_tokens: 10, completion_tokens: 1 } },
      'unpriced_condition',
    ],
    [
      'a write to a cache whose price nobody documents',
      { provider: 'openai', model: 'gpt-5.6-sol' },
      {
        usage: {
          input_tokens: 90,
          output_tokens: 1,
          input_tokens_details: { cache_write_tokens_details: { ttl_12h_tokens: 50 } },
        },
      },
      'unpriced_unit',
    ],
    [
      'cached tokens in a batch whose rule nobody documents',
      { provider: 'azure.ai.openai', model: 'gpt-4o-2024-11-20', tier: 'batch' },
      { usage: { prompt_tokens: 90, completion_tokens: 1, prompt_tokens_details: { cached_tokens: 50 } } },
      'unpriced_condition',
    ],
    [
      'fast mode of a model without a price for it',
      { provider: 'anthropic', model: 'claude-sonnet-5' },
      { usage: { input_tokens: 9, output_tokens: 1, speed: 'fast' } },
      'unpriced_condition',
    ],
    [
      'a regional host, for a model whose release nobody knows',
      { provider: 'openai', model: 'gpt-image-2', region: 'eu' },
      { usage: { input_tokens: 9, output_tokens: 1 } },
      'unpriced_condition',
    ],
    [
      "Gemini on a regional host of Google's cloud",
      { provider: 'gcp.vertex_ai', model: 'gemini-2.5-flash', region: 'europe-west4' },
      { usageMetadata: { promptTokenCount: 9, candidatesTokenCount: 1, totalTokenCount: 10 } },
      'unpriced_condition',
    ],
    [
      'the regional host of Mistral',
      { provider: 'mistral_ai', model: 'mistral-large-latest', region: 'eu' },
      { usage: { prompt_tokens: 9, completion_tokens: 1 } },
      'unpriced_condition',
    ],
    [
      'a host of Grok of which nobody knows the price',
      { provider: 'x_ai', model: 'grok-4.3', region: 'eu-west-1' },
      { usage: { prompt_tokens: 9, completion_tokens: 1 } },
      'unpriced_condition',
    ],
    [
      'cached tokens of which nobody lists the price',
      { provider: 'cerebras', model: 'gpt-oss-120b' },
      { prompt_tokens: 90, completion_tokens: 1, prompt_tokens_details: { cached_tokens: 50 } },
      'assumed_price',
    ],
    [
      'tokens written to a cache of which nobody lists the price, beside a unit that is rare',
      { provider: 'together_ai', model: 'meta-llama/Llama-3.3-70B-Instruct-Turbo' },
      { prompt_tokens: 90, completion_tokens: 1, prompt_tokens_details: { cache_write_tokens: 50, image_tokens: 3 } },
      'assumed_price',
    ],
    [
      "images of Cohere's embeddings, which stand beside the text",
      { provider: 'cohere', model: 'embed-v4.0' },
      { meta: { billed_units: { input_tokens: 10, images: 2, image_tokens: 1000 } } },
      'unpriced_unit',
    ],
    ['a number that nobody knows, as text', GPT, { prompt_tokens: 10, hologram_tokens: '5' }, 'unknown_usage'],
    ['a count that cannot be one', GPT, { prompt_tokens: -1, completion_tokens: 9 }, 'unknown_usage'],
    ['a count that is no number', GPT, { prompt_tokens: Number.NaN, completion_tokens: 9 }, 'unknown_usage'],
    ['a count that is a word', GPT, { prompt_tokens: 9, completion_tokens: 'many' }, 'unknown_usage'],
    ['a count with a comma', GPT, { prompt_tokens: '1,000', completion_tokens: 9 }, 'unknown_usage'],
    ['a count that is a boolean', GPT, { prompt_tokens: 9, completion_tokens: true }, 'unknown_usage'],
    ['a count that is too large', GPT, { prompt_tokens: 1e300, completion_tokens: 9 }, 'unknown_usage'],
    ['an output without an input', GPT, { completion_tokens: 9 }, 'incomplete_usage'],
    [
      'an output, and of the input what was cached alone',
      GPT,
      { completion_tokens: 9, prompt_tokens_details: { cached_tokens: 5 } },
      'incomplete_usage',
    ],
    ['a total that may be input or output', GPT, { usage: { total_tokens: 100 } }, 'inconsistent_usage'],
    [
      'sound on a model that lists text only',
      { provider: 'openai', model: 'gpt-4o-audio-preview' },
      { prompt_tokens: 10, completion_tokens: 1, prompt_tokens_details: { audio_tokens: 8 } },
      'unpriced_unit',
    ],
    [
      'counts that contradict each other',
      GPT,
      { prompt_tokens: 10, completion_tokens: 1, total_tokens: 99 },
      'inconsistent_usage',
    ],
    [
      'an answer for which another model took over',
      OPUS,
      {
        usage: {
          input_tokens: 9,
          output_tokens: 1,
          service_tier: 'standard',
          iterations: [
            { type: 'message', model: 'claude-fable-5', input_tokens: 9, output_tokens: 0 },
            { type: 'fallback_message', model: 'claude-opus-4-8', input_tokens: 9, output_tokens: 1 },
          ],
        },
      },
      'unpriced_condition',
    ],
    [
      'cached tokens that were repriced for a fallback',
      OPUS,
      {
        usage: {
          fallback_credit: { status: { type: 'redeemed' } },
          input_tokens: 9,
          output_tokens: 1,
          service_tier: 'standard',
        },
      },
      'unpriced_condition',
    ],
    [
      'a search of maps',
      GEMINI,
      {
        usage: {
          total_input_tokens: 9,
          total_output_tokens: 1,
          grounding_tool_count: [
            { type: 'google_search', count: 2 },
            { type: 'google_maps', count: 1 },
          ],
        },
      },
      'unknown_usage',
    ],
    [
      'an advisor of another model',
      OPUS,
      { usage: { input_tokens: 1, output_tokens: 1, iterations: [{ type: 'advisor_message', input_tokens: 9 }] } },
      'unknown_usage',
    ],
    [
      'tokens that a framework counted',
      GPT,
      { estimatedTokenUsage: { promptTokens: 3, completionTokens: 1 } },
      'estimated_usage',
    ],
  ] as const)('is not claimed to be exact for %s', (_what, call, answer, inexact) => {
    expect(bill(call, answer)).toMatchObject({ inexact });
  });

  it.each([
    ['OpenRouter', { prompt_tokens: 1000, completion_tokens: 1000, total_tokens: 2000, cost: 0.0123 }, 0.0123],
    [
      'OpenRouter with a key of the application',
      {
        prompt_tokens: 1,
        completion_tokens: 1,
        cost: 0.001,
        is_byok: true,
        cost_details: { upstream_inference_cost: 0.02 },
      },
      0.021,
    ],
    [
      "OpenRouter's own SDK",
      { promptTokens: 1, completionTokens: 1, cost: 0.001, isByok: true, costDetails: { upstreamInferenceCost: 0.02 } },
      0.021,
    ],
    ['xAI', { prompt_tokens: 1, completion_tokens: 1, cost_in_usd_ticks: 25_000_000 }, 0.0025],
    [
      'Perplexity',
      { prompt_tokens: 1, completion_tokens: 1, cost: { input_tokens_cost: 0.001, total_cost: 0.006 } },
      0.006,
    ],
    ['DeepInfra', { prompt_tokens: 1, completion_tokens: 1, estimated_cost: 0.0004 }, 0.0004],
  ])('is the cost that %s reports, with the list price beside it', (_who, usage, usd) => {
    expect(bill(GPT, { usage })).toMatchObject({ usd, source: 'provider', listUsd: expect.any(Number) });
  });
});
