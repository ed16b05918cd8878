import type { LLMock } from '@copilotkit/aimock';
import type { LanguageModel } from 'ai';
import OpenAI from 'openai';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { spanlineEmbeddingMiddleware, spanlineMiddleware, spanlineTelemetry } from '@spanline/ai-sdk';
import { createTracer, llmSpan, type SpanRecord, type Tracer } from '@spanline/core';
import { type MemoryLog, tree } from '@spanline/core/testing';
import { wrapOpenAI } from '@spanline/openai';
import { drain } from '../../../test/support/records.ts';
import { useTracer, useWire } from '../../../test/support/set-up.ts';
import { useProvider } from '../../../test/support/use-provider.ts';
import { openaiChatText } from '../../../test/support/wire/openai.ts';
import { json, type Wire } from '../../../test/support/wire/server.ts';
import { SDKS, watchedBy } from './support/sdks.ts';

let provider: LLMock;
let wire: Wire;
let log: MemoryLog;
let tracer: Tracer;

useProvider((started) => {
  provider = started;
});
useWire((opened) => {
  wire = opened;
});

useTracer(
  (newLog, newTracer) => {
    [log, tracer] = [newLog, newTracer];
  },
  { capture: 'full' },
);

const spans = (type: string): SpanRecord[] => log.records().filter((record) => record['span.type'] === type);
const written = (): Promise<void> => expect.poll(() => tracer.stats().open).toBe(0) as unknown as Promise<void>;
const parsed = (value: unknown): unknown => (typeof value === 'string' ? JSON.parse(value) : undefined);

describe.each(SDKS)('ai $version', ({ version, ai, createOpenAI }) => {
  const openai = (url = provider.url) => createOpenAI({ apiKey: 'test', baseURL: `${url}/v1` });
  const watched = (more?: object) => watchedBy(spanlineTelemetry({ tracer }), more);
  const middleware = () => spanlineMiddleware({ tracer });
  const wrapped = (model = openai().chat('gpt-4o')) => ai.wrapLanguageModel({ model, middleware: middleware() });

  describe('tokens', () => {
    const COUNTED = {
      'gen_ai.usage.input_tokens': 100,
      'gen_ai.usage.output_tokens': 20,
      'gen_ai.usage.cache_read.input_tokens': 64,
      'gen_ai.usage.reasoning.output_tokens': 12,
      'gen_ai.response.model': 'gpt-4o-mini-2024-07-18',
    };
    /** The SDK has no name for these. It keeps the answer of the provider, but not the pieces of a stream. */
    const WHOLE = { ...COUNTED, 'gen_ai.usage.audio.input_tokens': 8, 'gen_ai.usage.audio.output_tokens': 4 };

    it('are those that the provider counted, also those that the SDK has no name for', async () => {
      wire.answer(({ body }) => openaiChatText(body['stream'] === true));
      const model = openai(wire.url).chat('gpt-4o-mini');
      await ai.generateText({ model, prompt: 'plain', ...watched() });
      await drain(ai.streamText({ model, prompt: 'plain', ...watched() }).textStream);
      await written();
      expect(spans('llm')).toMatchObject([WHOLE, COUNTED]);
    });

    it('count once for a wrapped model in a watched call', async () => {
      wire.answer(({ body }) => openaiChatText(body['stream'] === true));
      const model = wrapped(openai(wire.url).chat('gpt-4o-mini'));
      await ai.generateText({ model, prompt: 'plain', ...watched() });
      await drain(ai.streamText({ model, prompt: 'plain', ...watched() }).textStream);
      await written();
      expect(spans('llm')).toMatchObject([WHOLE, { ...COUNTED, 'gen_ai.request.stream': true }]);
      expect(log.records()).toHaveLength(4);
    });

    it('count once for a model that asks a wrapped client', async () => {
      const client = wrapOpenAI(new OpenAI({ apiKey: 'test', baseURL: `${provider.url}/v1` }), { tracer });
      const model: LanguageModel = {
        specificationVersion: 'v3',
        provider: 'house',
        modelId: 'house-model',
        supportedUrls: {},
        async doGenerate() {
          const messages = [{ role: 'user' as const, content: 'plain' }];
          const { choices } = await client.chat.completions.create({ model: 'gpt-4o', messages });
          return {
            content: [{ type: 'text', text: choices[0]?.message.content ?? '' }],
            finishReason: { unified: 'stop', raw: 'stop' },
            usage: { inputTokens: {}, outputTokens: {} },
            warnings: [],
          } as never;
        },
        doStream: () => Promise.reject(new Error('no streams')),
      };
      await ai.generateText({ model, prompt: 'plain', ...watched() });
      expect(tree(log.records())).toBe('chain generateText\n  llm chat house-model');
      expect(spans('llm')).toMatchObject([{ 'gen_ai.usage.input_tokens': 40, 'gen_ai.usage.output_tokens': 12 }]);
    });

    it('count once below a model call that the application writes', async () => {
      const options = { model: 'gpt-4o', messages: 'plain' };
      await tracer.withSpan('outer', () =>
        llmSpan(options, () => ai.generateText({ model: openai().chat('gpt-4o'), prompt: 'plain', ...watched() })),
      );
      expect(spans('llm')).toHaveLength(1);
      expect(log.records().at(-1)).toMatchObject({
        'spanline.rollup.llm_calls': 1,
        'spanline.rollup.input_tokens': 40,
        'spanline.rollup.cost_usd': 0.00022,
      });
    });
  });

  it.runIf(version === 7)('keeps what the application keeps from telemetry', async () => {
    const hidden = watched({ recordInputs: false, recordOutputs: false });
    const execute = (): string => 'sunny';
    const tools = { weather: ai.tool({ inputSchema: z.object({ city: z.string() }), execute }) };
    const options = { model: openai().chat('gpt-4o'), tools, stopWhen: ai.stepCountIs(3) };
    await ai.generateText({ prompt: 'weather', ...options, ...hidden });
    await drain(ai.streamText({ prompt: 'weather', ...options, ...hidden }).textStream);
    await written();
    expect(spans('llm')).toHaveLength(4);
    for (const secret of ['"weather\\"', 'Oslo', 'sunny']) expect(log.raw().join('\n')).not.toContain(secret);
  });

  it('writes no content in the capture mode `metadata`', async () => {
    const telemetry = watchedBy(spanlineTelemetry({ tracer, capture: 'metadata' }));
    const fail = (): string => {
      throw new Error('Oslo is unknown');
    };
    const tools = { weather: ai.tool({ inputSchema: z.object({ city: z.string() }), execute: fail }) };
    const options = { model: openai().chat('gpt-4o'), tools, stopWhen: ai.stepCountIs(3) };
    await ai.generateText({ prompt: 'weather', system: 'Be brief.', ...options, ...telemetry });
    for (const secret of ['Oslo', 'sunny', 'Be brief']) expect(log.raw().join('\n')).not.toContain(secret);
  });

  it('records an embedding model that is wrapped', async () => {
    wire.answer(() => json({ data: [{ index: 0, embedding: [1, 2, 3] }], model: 'e', usage: { prompt_tokens: 7 } }));
    const model = ai.wrapEmbeddingModel({
      model: openai(wire.url).embedding('text-embedding-3-small'),
      middleware: spanlineEmbeddingMiddleware({ tracer }),
    });
    await ai.embed({ model, value: 'a text', ...watched() });
    expect(spans('embedding')).toMatchObject([
      {
        'span.name': 'embeddings text-embedding-3-small',
        'gen_ai.usage.input_tokens': 7,
        'gen_ai.embeddings.dimension.count': 3,
        'spanline.embeddings.input_count': 1,
        'spanline.input': '["a text"]',
      },
    ]);
    expect(log.records()).toHaveLength(1);
    wire.answer(() => ({ status: 400, type: 'text/plain', chunks: ['no'] }));
    await expect(ai.embed({ model, value: 'x', ...watched() })).rejects.toThrow();
    expect(log.records().at(-1)).toMatchObject({ 'span.type': 'embedding', 'span.status': 'error' });
  });
});

describe('ai 7', () => {
  const [{ ai, createOpenAI }] = SDKS as [(typeof SDKS)[0]];
  const openai = (url = provider.url) => createOpenAI({ apiKey: 'test', baseURL: `${url}/v1` });
  const watched = (more?: object) => watchedBy(spanlineTelemetry({ tracer }), more);

  it('records the requests of many embeddings', async () => {
    wire.answer(() => json({ data: [{ index: 0, embedding: [1, 2] }], model: 'e', usage: { prompt_tokens: 7 } }));
    const model = { ...openai(wire.url).embedding('text-embedding-3-small') };
    const one = Object.assign(Object.create(openai(wire.url).embedding('text-embedding-3-small')), model, {
      maxEmbeddingsPerCall: 1,
    });
    await ai.embedMany({ model: one, values: ['a', 'b'], ...watched() });
    expect(tree(log.records())).toBe(
      'chain embedMany\n  embedding embeddings text-embedding-3-small\n  embedding embeddings text-embedding-3-small',
    );
    expect(spans('chain')).toMatchObject([{ 'spanline.rollup.input_tokens': 14 }]);
  });

  it('records a ranking with its documents', async () => {
    const model = {
      specificationVersion: 'v4' as const,
      provider: 'cohere.reranking',
      modelId: 'rerank-v3.5',
      doRerank: async () => ({
        ranking: [{ index: 1, relevanceScore: 0.9 }],
        response: { body: { meta: { billed_units: { search_units: 1 } } } },
      }),
    };
    await ai.rerank({ model, documents: ['a fjord', 'a city'], query: 'Oslo', topN: 1, ...watched() });
    const [ranking] = spans('reranker');
    expect(ranking).toMatchObject({
      'span.name': 'rerank rerank-v3.5',
      'gen_ai.provider.name': 'cohere',
      'gen_ai.retrieval.top_k': 1,
      'spanline.rerank.input_count': 2,
      'spanline.retrieval.count': 1,
    });
    expect(parsed(ranking?.['gen_ai.retrieval.documents'])).toEqual([{ id: '1', score: 0.9, content: 'a city' }]);
  });

  it('records the model call of an object, whole and streamed', async () => {
    const schema = z.object({ city: z.string() });
    const options = { model: openai().chat('gpt-4o'), prompt: 'as json', schema, ...watched() };
    await ai.generateObject(options);
    const { partialObjectStream } = ai.streamObject(options);
    await drain(partialObjectStream);
    await written();
    expect(tree(log.records())).toBe('chain generateObject\n  llm chat gpt-4o\nchain streamObject\n  llm chat gpt-4o');
    const counted = { 'gen_ai.usage.input_tokens': 40, 'gen_ai.output.type': 'json', 'spanline.cost.usd': 0.00022 };
    expect(spans('llm')).toMatchObject([counted, counted]);
    expect(spans('chain')).toMatchObject([{ 'spanline.output': '{"city":"Oslo"}' }, {}]);
  });

  it('counts the model calls of a durable run once: live, and not when the run is reported', async () => {
    const telemetry = spanlineTelemetry({ tracer });
    const run = { traceId: 'a'.repeat(32), rootSpanId: 'b'.repeat(16), traceFlags: 1, samplingDecision: 1 };
    const call = { callId: 'run-1', provider: 'openai.chat', modelId: 'gpt-4o', messages: [] };
    const usage = { inputTokens: 40, outputTokens: 12 };
    const live = { ...call, durableContext: { run, phase: 'live', stepNumber: 0 } };
    await telemetry.executeLanguageModelCall({ ...live, execute: async () => ({ content: [], usage }) });
    const replay = { ...call, timestamp: 1_000, durableContext: { run, phase: 'replay' } };
    telemetry.onStart({ ...replay, operationId: 'ai.workflowAgent.stream' });
    telemetry.onLanguageModelCallStart?.(replay);
    telemetry.onLanguageModelCallEnd?.({ ...replay, timestamp: 2_000, usage, content: [] });
    telemetry.onEnd({ ...replay, timestamp: 3_000 });
    expect(log.records().map((record) => [record['span.type'], record.trace_id])).toEqual([
      ['llm', run.traceId],
      ['agent', run.traceId],
    ]);
    expect(spans('llm')).toMatchObject([{ 'gen_ai.usage.input_tokens': 40, parent_span_id: run.rootSpanId }]);
    expect(spans('agent')).toMatchObject([{ duration_ms: 2000 }]);
  });

  it('counts the model calls of a run that made them unseen, from the steps in its end', async () => {
    const call = { callId: 'run-3', provider: 'openai.chat', modelId: 'gpt-4o' };
    const usage = { inputTokens: 40, outputTokens: 12 };
    const answer = { content: [{ type: 'text', text: 'said' }], finishReason: 'stop', usage };
    const step = { ...answer, model: { provider: 'openai.chat', modelId: 'gpt-4o' }, response: { id: 'r-1' } };
    const end = { ...call, text: 'said', steps: [step, step] };
    // The callbacks of a call are read before it starts, and its calls are not run inside of the hook.
    const { onStart, executeLanguageModelCall, onEnd } = spanlineTelemetry({ tracer });
    onStart({ ...call, operationId: 'ai.generateText', prompt: 'Say it.' });
    onEnd(end);
    const counted = { 'gen_ai.usage.input_tokens': 40, 'gen_ai.response.id': 'r-1', 'spanline.cost.usd': 0.00022 };
    expect(spans('llm')).toMatchObject([counted, counted]);
    expect(spans('chain')).toMatchObject([{ 'spanline.output': '"said"' }]);
    log.clear();
    // Calls that were seen are not counted again.
    onStart({ ...call, operationId: 'ai.generateText', prompt: 'Say it.' });
    await executeLanguageModelCall({ ...call, execute: async () => answer });
    onEnd(end);
    expect(spans('llm')).toHaveLength(1);
  });

  it('counts the model calls of a run that is reported only afterwards', () => {
    const telemetry = spanlineTelemetry({ tracer });
    const call = { callId: 'run-2', provider: 'openai.chat', modelId: 'gpt-4o', messages: [] };
    telemetry.onStart({ ...call, timestamp: 1_000, operationId: 'ai.generateText' });
    telemetry.onLanguageModelCallStart?.({ ...call, timestamp: 1_500 });
    telemetry.onLanguageModelCallEnd?.({
      ...call,
      timestamp: 2_000,
      usage: { inputTokens: 40, outputTokens: 12 },
      content: [{ type: 'text', text: 'said' }],
      finishReason: 'stop',
      performance: { timeToFirstOutputMs: 250 },
    });
    telemetry.onEnd({ ...call, timestamp: 3_000, text: 'said' });
    expect(spans('llm')).toMatchObject([
      { duration_ms: 500, 'gen_ai.usage.output_tokens': 12, 'gen_ai.response.time_to_first_chunk': 0.25 },
    ]);
  });

  it('asks for no event while the tracer is off', () => {
    const off = spanlineTelemetry({ tracer: createTracer({ enabled: false }) });
    expect(Object.values(off)).toEqual(Object.keys(off).map(() => undefined));
    expect(Object.keys(off)).toEqual(Object.keys(spanlineTelemetry({ tracer })));
  });

  it('takes any event, and throws at none', () => {
    const telemetry = spanlineTelemetry({ tracer });
    for (const event of [undefined, null, 7, 'x', [], { callId: {} }, { operationId: 'ai.embed' }, { toolCall: 1 }]) {
      telemetry.onStart(event);
      telemetry.onStepStart?.(event);
      telemetry.onToolCallStart(event);
      telemetry.onToolExecutionStart(event);
      telemetry.onEnd(event);
      telemetry.onError(event);
    }
    expect(log.records()).toEqual([]);
  });

  it('counts a fault of its own, and leaves the call alone', () => {
    const own = createTracer({ logger: log.logger, service: { name: 'test' }, statsIntervalSeconds: 0 });
    const telemetry = spanlineTelemetry({ tracer: own });
    const hostile = Object.defineProperty({}, 'callId', {
      get() {
        throw new Error('no');
      },
    });
    expect(() => telemetry.onEnd(hostile)).not.toThrow();
    expect(own.stats().internalErrors).toBe(1);
  });
});
