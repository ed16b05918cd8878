import { createTracer, type SpanAttributes, type SpanRecord, type Tracer, validate } from '@spanline/core';
import { type MemoryLog, memoryLog } from '@spanline/core/testing';
import { SpanlineCallbackHandler } from '@spanline/langchain';
import { createAgent } from 'langchain';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { MODELS, type WireModel } from '../support/wire/models.ts';
import { openWire, type Wire, type WireRequest } from '../support/wire/server.ts';

const WEATHER = {
  name: 'weather',
  description: 'The weather',
  parameters: { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] },
};

/** What differs from provider to provider; the rest is the same for all. */
interface Expected {
  /** In any way of calling. */
  readonly always: SpanAttributes;
  readonly invoked?: SpanAttributes;
  readonly streamed?: SpanAttributes;
  /** `streamEvents` in its third version: LangChain's words for finish reasons, and less of the metadata. */
  readonly events?: SpanAttributes;
  readonly reasons: { readonly text: string; readonly tool: string };
  /** Exact cost, from the price list: of plain calls, and where events of the third version tell less. */
  readonly usd?: number;
  readonly usdOfEvents?: number;
  /** Tool calls reach no callback while they are streamed. */
  readonly hidesToolChunks?: true;
}

const CACHED_64 = { 'gen_ai.usage.cache_read.input_tokens': 64 };
const REASONING_12 = { 'gen_ai.usage.reasoning.output_tokens': 12 };
const GOOGLE = { 'gen_ai.provider.name': 'gcp.gemini', 'gen_ai.request.model': 'gemini-2.5-flash' };
const AUDIO_8 = { 'gen_ai.usage.audio.input_tokens': 8 };
const ANTHROPIC_USAGE = { ...CACHED_64, 'gen_ai.usage.cache_write.input_tokens': 10 };

const EXPECTED: Readonly<Record<keyof typeof MODELS, Expected>> = {
  ChatOpenAI: {
    always: {
      ...CACHED_64,
      ...REASONING_12,
      ...AUDIO_8,
      'gen_ai.usage.audio.output_tokens': 4,
      'gen_ai.provider.name': 'openai',
      'gen_ai.request.model': 'gpt-4o-mini',
      'gen_ai.response.model': 'gpt-4o-mini-2024-07-18',
      'gen_ai.response.id': 'chatcmpl-1',
      'server.address': '127.0.0.1',
    },
    reasons: { text: 'stop', tool: 'tool_calls' },
    usd: 0.0000222,
  },
  'ChatOpenAI (Responses)': {
    always: {
      ...CACHED_64,
      ...REASONING_12,
      'gen_ai.provider.name': 'openai',
      'gen_ai.request.model': 'gpt-5-mini',
      'gen_ai.response.model': 'gpt-5-mini-2025-08-07',
      'gen_ai.response.id': 'resp_1',
      'gen_ai.response.status': 'completed',
      'server.address': '127.0.0.1',
    },
    reasons: { text: 'completed', tool: 'completed' },
    usd: 0.0000506,
  },
  ChatAnthropic: {
    always: {
      ...ANTHROPIC_USAGE,
      'gen_ai.provider.name': 'anthropic',
      'gen_ai.request.model': 'claude-3-5-haiku-latest',
      'gen_ai.response.model': 'claude-3-5-haiku-20241022',
      'gen_ai.response.id': 'msg_1',
      'server.address': '127.0.0.1',
    },
    streamed: { 'spanline.usage.issue': 'chunks_added' },
    events: { 'spanline.usage.issue': 'chunks_added' },
    reasons: { text: 'end_turn', tool: 'tool_use' },
    usd: 0.00011592,
  },
  ChatGoogleGenerativeAI: {
    always: {
      ...GOOGLE,
      ...REASONING_12,
      'gen_ai.usage.cache_read.input_tokens': 32,
      'spanline.usage.issue': 'reasoning_added',
    },
    invoked: { 'server.address': '127.0.0.1' },
    reasons: { text: 'STOP', tool: 'STOP' },
    usd: 0.00007136,
    hidesToolChunks: true,
  },
  ChatGoogle: {
    always: { ...GOOGLE, ...REASONING_12 },
    invoked: {
      ...AUDIO_8,
      'gen_ai.usage.cache_read.input_tokens': 32,
      'gen_ai.response.model': 'gemini-2.5-flash',
      'gen_ai.response.id': 'resp_1',
    },
    streamed: { ...AUDIO_8, 'gen_ai.usage.cache_read.input_tokens': 32 },
    events: { 'spanline.usage.issue': 'reasoning_added' },
    reasons: { text: 'STOP', tool: 'STOP' },
    usd: 0.00007696,
    usdOfEvents: 0.00008,
  },
  ChatBedrockConverse: {
    always: {
      ...ANTHROPIC_USAGE,
      'gen_ai.provider.name': 'aws.bedrock',
      'gen_ai.request.model': 'anthropic.claude-3-5-haiku-20241022-v1:0',
    },
    reasons: { text: 'end_turn', tool: 'tool_use' },
    usd: 0.00011592,
  },
  ChatOllama: {
    always: { 'gen_ai.provider.name': 'ollama', 'gen_ai.request.model': 'llama3.2' },
    invoked: { 'gen_ai.response.model': 'llama3.2', 'gen_ai.request.stream': true },
    streamed: { 'gen_ai.response.model': 'llama3.2' },
    reasons: { text: 'stop', tool: 'stop' },
  },
  ChatMistralAI: {
    always: {
      'gen_ai.provider.name': 'mistral_ai',
      'gen_ai.request.model': 'mistral-small-latest',
      'gen_ai.response.model': 'mistral-small-2503',
      'server.address': '127.0.0.1',
    },
    reasons: { text: 'stop', tool: 'tool_calls' },
    usd: 0.000016,
  },
};

let log: MemoryLog;
let tracer: Tracer;
let callbacks: SpanlineCallbackHandler[];

beforeEach(() => {
  log = memoryLog();
  tracer = createTracer({ logger: log.logger, service: { name: 'test' }, statsIntervalSeconds: 0, capture: 'full' });
  callbacks = [new SpanlineCallbackHandler({ tracer })];
});

afterEach(() => {
  for (const record of log.records()) expect(validate(record)).toEqual({ valid: true });
  expect(tracer.stats()).toMatchObject({ internalErrors: 0, open: 0 });
});

const asksForStream = ({ path, body }: WireRequest): boolean => path.includes('tream') || body['stream'] === true;

/** The one line of the one billed call. */
function theCall(): SpanRecord {
  const calls = log.records().filter((record) => record['span.type'] === 'llm');
  expect(calls).toHaveLength(1);
  return calls[0] as SpanRecord;
}

const parsed = (record: SpanRecord, key: 'gen_ai.output.messages' | 'gen_ai.tool.definitions'): unknown =>
  JSON.parse(record[key] ?? 'null');

describe.each(Object.keys(MODELS) as (keyof typeof MODELS)[])('%s', (name) => {
  const model: WireModel = MODELS[name];
  const expected = EXPECTED[name];
  let wire: Wire;

  beforeAll(async () => {
    wire = await openWire(model.protocol);
  });

  afterAll(() => wire.close());

  const CALL: SpanAttributes = {
    'gen_ai.operation.name': 'chat',
    'gen_ai.request.temperature': 0,
    'gen_ai.request.top_p': 0.5,
    'gen_ai.request.max_tokens': 64,
    'gen_ai.usage.input_tokens': 100,
    'gen_ai.usage.output_tokens': 20,
  };

  function expectCall(
    record: SpanRecord,
    more: SpanAttributes | undefined,
    reason: string,
    usd: number | undefined = expected.usd,
  ): void {
    expect(record).toMatchObject({
      ...CALL,
      ...expected.always,
      ...more,
      'span.name': `chat ${expected.always['gen_ai.request.model']}`,
      'span.kind': 'CLIENT',
      'spanline.usage.source': 'provider',
      'gen_ai.response.finish_reasons': [reason],
    });
    if (more?.['spanline.usage.issue'] === undefined && expected.always['spanline.usage.issue'] === undefined) {
      expect(record).not.toHaveProperty('spanline.usage.issue');
    }
    if (usd === undefined) expect(record['spanline.cost.reason']).toBe('unknown_model');
    else expect(record['spanline.cost.usd']).toBeCloseTo(usd, 12);
  }

  function expectStreamed(record: SpanRecord, chunks: number): void {
    expect(record['gen_ai.request.stream']).toBe(true);
    expect(record['spanline.stream.chunks']).toBeGreaterThanOrEqual(chunks);
    expect(record['gen_ai.response.time_to_first_chunk']).toBeGreaterThan(0);
    expect(record['gen_ai.response.time_to_first_chunk']).toBeLessThanOrEqual(record.duration_ms / 1000);
    expect(record['spanline.stream.tokens_per_second']).toBeGreaterThan(0);
  }

  const TEXT = (reason: string) => [
    { role: 'assistant', parts: [{ type: 'text', content: 'It is sunny.' }], finish_reason: reason },
  ];

  it('that is invoked tells model, parameters, tokens, cost, reason and answer', async () => {
    wire.answer((request) => model.text(asksForStream(request)));
    await model.create(wire.url).invoke('Weather?', { callbacks });
    const record = theCall();
    expectCall(record, expected.invoked, expected.reasons.text);
    expect(parsed(record, 'gen_ai.output.messages')).toEqual(TEXT(expected.reasons.text));
    if (expected.invoked?.['gen_ai.request.stream'] === true) expectStreamed(record, 2);
    else expect(record).not.toHaveProperty('gen_ai.response.time_to_first_chunk');
  });

  it('that is streamed tells the same, and when its first words came', async () => {
    wire.answer((request) => model.text(asksForStream(request)));
    for await (const _ of await model.create(wire.url).stream('Weather?', { callbacks }));
    const record = theCall();
    expectCall(record, expected.streamed, expected.reasons.text);
    expect(parsed(record, 'gen_ai.output.messages')).toEqual(TEXT(expected.reasons.text));
    expectStreamed(record, 2);
  });

  it.each(['invoke', 'stream'] as const)('tells the tools it was offered and the one it calls: %s', async (way) => {
    wire.answer((request) => model.tool(asksForStream(request)));
    const bound = model.create(wire.url).bindTools?.([{ type: 'function', function: WEATHER }]);
    if (way === 'invoke') await bound?.invoke('Weather?', { callbacks });
    else for await (const _ of (await bound?.stream('Weather?', { callbacks })) ?? []);
    const record = theCall();
    expectCall(record, way === 'invoke' ? expected.invoked : expected.streamed, expected.reasons.tool);
    expect(parsed(record, 'gen_ai.tool.definitions')).toMatchObject([{ type: 'function', ...WEATHER }]);
    const [message] = parsed(record, 'gen_ai.output.messages') as { parts: unknown[] }[];
    expect(message?.parts).toEqual([
      { type: 'tool_call', id: expect.any(String) as string, name: 'weather', arguments: { city: 'Oslo' } },
    ]);
    if (way === 'stream' && expected.hidesToolChunks !== true) expectStreamed(record, 1);
  });

  it('in an agent that reports by events of the third version tells the same', async () => {
    wire.answer((request) => model.text(asksForStream(request)));
    const agent = createAgent({ model: model.create(wire.url), tools: [] });
    const run = await agent.streamEvents(
      { messages: [{ role: 'user', content: 'Weather?' }] },
      { callbacks, version: 'v3' },
    );
    for await (const _ of run);
    const record = theCall();
    const { 'gen_ai.response.finish_reasons': reasons } = record;
    expectCall(record, expected.events, reasons?.[0] ?? '', expected.usdOfEvents ?? expected.usd);
    expect(['stop', 'completed']).toContain(reasons?.[0]);
    expectStreamed(record, 2);
  });
});
