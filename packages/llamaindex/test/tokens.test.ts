import { OpenAI, OpenAIEmbedding, OpenAIResponses } from '@llamaindex/openai';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createTracer, type SpanRecord, type Tracer, validate } from '@spanline/core';
import { type MemoryLog, memoryLog } from '@spanline/core/testing';
import { instrumentLlamaIndex, type Uninstall } from '@spanline/llamaindex';
import { type Canned, type CannedProvider, startCannedProvider } from './support/canned-provider.ts';

const USAGE = {
  prompt_tokens: 40,
  completion_tokens: 12,
  total_tokens: 52,
  prompt_tokens_details: { cached_tokens: 8 },
  completion_tokens_details: { reasoning_tokens: 4 },
};

const RESPONSE = {
  id: 'resp_1',
  object: 'response',
  model: 'gpt-4o-2024-08-06',
  status: 'completed',
  output: [
    {
      type: 'message',
      id: 'msg_1',
      role: 'assistant',
      content: [{ type: 'output_text', text: 'one two', annotations: [] }],
    },
  ],
  usage: {
    input_tokens: 40,
    output_tokens: 12,
    total_tokens: 52,
    input_tokens_details: { cached_tokens: 8 },
    output_tokens_details: { reasoning_tokens: 4 },
  },
};

function chatChunk(delta: object, more: object = {}): object {
  const base = { id: 'chatcmpl_1', object: 'chat.completion.chunk', created: 1, model: 'gpt-4o-2024-08-06' };
  return { ...base, choices: [{ index: 0, delta, finish_reason: null }], ...more };
}

/** OpenAI's API, as far as LlamaIndex's classes call it. */
function openAi(path: string, body: Record<string, unknown>): Canned {
  if (path === '/v1/embeddings') {
    const input = body['input'] as string[];
    if (input.includes('refused'))
      return { json: { error: { message: 'no', type: 'invalid_request_error' } }, status: 400 };
    const vector = [0.5, 0.25];
    const embedding =
      body['encoding_format'] === 'base64' ? Buffer.from(new Float32Array(vector).buffer).toString('base64') : vector;
    const data = input.map((_, index) => ({ object: 'embedding', index, embedding }));
    const tokens = input.length * 7;
    const usage = input.includes('uncounted') ? undefined : { prompt_tokens: tokens, total_tokens: tokens };
    return { json: { object: 'list', model: body['model'], data, usage } };
  }
  if (path === '/v1/responses') {
    if (body['stream'] !== true) return { json: RESPONSE };
    return {
      events: [
        { type: 'response.created', response: { ...RESPONSE, status: 'in_progress', output: [], usage: null } },
        { type: 'response.output_text.delta', delta: 'one ' },
        { type: 'response.output_text.delta', delta: 'two' },
        { type: 'response.output_text.done', text: 'one two' },
        { type: 'response.completed', response: RESPONSE },
      ],
    };
  }
  if (body['stream'] !== true) {
    const choices = [{ index: 0, message: { role: 'assistant', content: 'one two' }, finish_reason: 'stop' }];
    return { json: { id: 'chatcmpl_1', object: 'chat.completion', model: 'gpt-4o-2024-08-06', choices, usage: USAGE } };
  }
  const asked = (body['stream_options'] as { include_usage?: boolean } | undefined)?.include_usage === true;
  return {
    events: [
      chatChunk({ role: 'assistant', content: 'one ' }),
      chatChunk({ content: 'two' }),
      chatChunk({}, { choices: [{ index: 0, delta: {}, finish_reason: 'stop' }] }),
      ...(asked ? [chatChunk({}, { choices: [], usage: USAGE })] : []),
      '[DONE]',
    ],
  };
}

let provider: CannedProvider;
let log: MemoryLog;
let tracer: Tracer;
let uninstall: Uninstall;

beforeAll(async () => {
  provider = await startCannedProvider(openAi);
});

afterAll(() => provider.stop());

beforeEach(() => {
  log = memoryLog();
  tracer = createTracer({ logger: log.logger, service: { name: 'test' }, statsIntervalSeconds: 0, capture: 'full' });
  uninstall = instrumentLlamaIndex({ tracer, streamUsage: true });
});

afterEach(() => {
  uninstall();
  for (const record of log.records()) expect(validate(record)).toEqual({ valid: true });
  expect(tracer.stats()).toMatchObject({ internalErrors: 0, open: 0 });
});

const session = () => ({ apiKey: 'test', maxRetries: 0, additionalSessionOptions: { baseURL: `${provider.url}/v1` } });

const TOKENS = {
  'gen_ai.usage.input_tokens': 40,
  'gen_ai.usage.output_tokens': 12,
  'gen_ai.usage.cache_read.input_tokens': 8,
  'gen_ai.usage.reasoning.output_tokens': 4,
  'gen_ai.response.model': 'gpt-4o-2024-08-06',
};

const text = (content: string) => ({ type: 'text' as const, text: content });

const messages = [{ role: 'user' as const, content: 'count' }];

const tokensOf = (record: SpanRecord | undefined): unknown[] => [
  record?.['gen_ai.usage.input_tokens'],
  record?.['gen_ai.usage.output_tokens'],
];

describe('tokens of a model call', () => {
  it("are those of OpenAI's chat API, whole and streamed", async () => {
    const llm = uninstall.observe(new OpenAI({ model: 'gpt-4o', ...session() }));
    await llm.chat({ messages });
    for await (const _ of await llm.chat({ messages, stream: true }));
    await llm.complete({ prompt: 'count' });
    for await (const _ of await llm.complete({ prompt: 'count', stream: true }));
    expect(log.records()).toHaveLength(4);
    for (const record of log.records()) expect(record).toMatchObject({ ...TOKENS, 'gen_ai.response.id': 'chatcmpl_1' });
  });

  it('are absent from a stream that was not asked for them, never 0', async () => {
    uninstall();
    uninstall = instrumentLlamaIndex({ tracer });
    const llm = uninstall.observe(new OpenAI({ model: 'gpt-4o', ...session() }));
    for await (const _ of await llm.chat({ messages, stream: true }));
    expect(tokensOf(log.records()[0])).toEqual([undefined, undefined]);
    expect(log.records()[0]?.['spanline.cost.usd']).toBeUndefined();
  });

  it("are those of OpenAI's Responses API, whole and streamed, with the text as it was said", async () => {
    const llm = uninstall.observe(new OpenAIResponses({ model: 'gpt-4o', ...session() }));
    await llm.chat({ messages });
    for await (const _ of await llm.chat({ messages, stream: true }));
    const [whole, streamed] = log.records();
    for (const record of [whole, streamed]) {
      expect(record).toMatchObject({ ...TOKENS, 'gen_ai.response.id': 'resp_1' });
      expect(record?.['gen_ai.output.messages']).toContain('"content":"one two"');
    }
  });

  it('of a class derived from OpenAI are found in its chunks', async () => {
    class HouseModel extends OpenAI {}
    const llm = uninstall.observe(new HouseModel({ model: 'gpt-4o', ...session() }));
    for await (const _ of await llm.chat({ messages, stream: true }));
    expect(log.records()[0]).toMatchObject(TOKENS);
  });
});

describe('tokens of an embedding', () => {
  const embedding = (): OpenAIEmbedding =>
    uninstall.observe(new OpenAIEmbedding({ model: 'text-embedding-3-small', embedBatchSize: 2, ...session() }));

  it('are what the provider counted, over all requests of a batch, with their cost', async () => {
    const model = embedding();
    expect(await model.getQueryEmbedding(text('one'))).toEqual([0.5, 0.25]);
    expect(await model.getTextEmbeddingsBatch(['one', 'two', 'three', 'four', 'five'])).toHaveLength(5);
    const [one, batch] = log.records();
    expect(tokensOf(one)).toEqual([7, undefined]);
    expect(tokensOf(batch)).toEqual([35, undefined]);
    expect(batch?.['spanline.cost.usd']).toBeGreaterThan(0);
  });

  it('are absent where the provider counts none', async () => {
    await embedding().getQueryEmbedding(text('uncounted'));
    expect(tokensOf(log.records()[0])).toEqual([undefined, undefined]);
  });

  it('leave the error of the provider as it is', async () => {
    const model = embedding();
    const error: unknown = await model.getQueryEmbedding(text('refused')).catch((caught: unknown) => caught);
    expect(error).toMatchObject({ status: 400, name: 'Error' });
    expect(log.records()[0]).toMatchObject({ 'span.status': 'error', 'error.message': '400 no' });
  });

  it('of many calls at once are not mixed up', async () => {
    const model = embedding();
    await Promise.all(
      Array.from({ length: 20 }, (_, index) =>
        model.getTextEmbeddingsBatch(Array.from({ length: index + 1 }, () => 'text')),
      ),
    );
    for (const record of log.records())
      expect(record['gen_ai.usage.input_tokens']).toBe((record['spanline.embeddings.input_count'] ?? 0) * 7);
  });

  it("are not written on a span that is not LlamaIndex's, though it asks with the same client", async () => {
    const model = embedding();
    await model.getQueryEmbedding(text('one'));
    log.clear();
    const client = await model.session;
    await tracer.withSpan({ name: 'own', type: 'embedding' }, async () => {
      await client.embeddings.create({ model: 'text-embedding-3-small', input: ['one'] });
    });
    expect(tokensOf(log.records()[0])).toEqual([undefined, undefined]);
  });

  it("leave the provider's client as it was after uninstalling", async () => {
    uninstall();
    const model = new OpenAIEmbedding({ model: 'text-embedding-3-small', ...session() });
    const resource = Object.getPrototypeOf((await model.session).embeddings) as object;
    const before = Object.getOwnPropertyDescriptors(resource);
    uninstall = instrumentLlamaIndex({ tracer });
    await uninstall.observe(model).getQueryEmbedding(text('one'));
    expect(Object.getOwnPropertyDescriptors(resource)).not.toEqual(before);
    uninstall();
    expect(Object.getOwnPropertyDescriptors(resource)).toEqual(before);
  });
});
