import { InMemoryCache } from '@langchain/core/caches';
import { tool } from '@langchain/core/tools';
import { ChatOpenAI, OpenAI } from '@langchain/openai';
import { createAgent } from 'langchain';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { SpanRecord, Tracer } from '@spanline/core';
import type { MemoryLog } from '@spanline/core/testing';
import { SpanlineCallbackHandler } from '@spanline/langchain';
import { useTracer, useWire } from '../../../../test/support/set-up.ts';
import { json, type Wire } from '../../../../test/support/wire/server.ts';
import { MODELS } from '../support/models.ts';

let log: MemoryLog;
let tracer: Tracer;
let callbacks: SpanlineCallbackHandler[];
let wire: Wire;

useWire((opened) => {
  wire = opened;
});

useTracer(
  (newLog, newTracer) => {
    [log, tracer] = [newLog, newTracer];
    callbacks = [new SpanlineCallbackHandler({ tracer })];
  },
  { capture: 'full' },
);

const openai = (more: object = {}): ChatOpenAI =>
  new ChatOpenAI({
    model: 'gpt-4o-mini',
    apiKey: 'test',
    maxRetries: 0,
    configuration: { baseURL: `${wire.url}/v1` },
    ...more,
  });
const answerChat = (): void => wire.answer(({ body }) => MODELS.ChatOpenAI.text(body['stream'] === true));
const calls = (): SpanRecord[] => log.records().filter((record) => record['span.type'] === 'llm');
const USD = 0.0000222;

describe('an answer from the cache', () => {
  const FREE = { 'spanline.cache.hit': true, 'spanline.cost.usd': 0, 'span.status': 'ok' };

  it('of a chat model costs nothing, has no tokens of its own and no first token', async () => {
    answerChat();
    const model = openai({ cache: new InMemoryCache() });
    await tracer.withSpan({ name: 'both', type: 'chain' }, async () => {
      await model.invoke('Weather?', { callbacks });
      await model.invoke('Weather?', { callbacks });
    });
    expect(wire.requests).toHaveLength(1);
    const [billed, free] = calls();
    expect(billed).toMatchObject({ 'gen_ai.usage.input_tokens': 100, 'spanline.cost.usd': USD });
    expect(billed).not.toHaveProperty('spanline.cache.hit');
    expect(free).toMatchObject({ ...FREE, 'gen_ai.response.model': 'gpt-4o-mini-2024-07-18' });
    expect(free?.['gen_ai.output.messages']).toContain('It is sunny.');
    for (const key of [
      'gen_ai.usage.input_tokens',
      'gen_ai.usage.output_tokens',
      'gen_ai.response.time_to_first_chunk',
      'spanline.stream.chunks',
      'gen_ai.request.stream',
    ] as const) {
      expect(free).not.toHaveProperty(key);
    }
    expect(log.records().at(-1)).toMatchObject({
      'spanline.rollup.input_tokens': 100,
      'spanline.rollup.output_tokens': 20,
      'spanline.rollup.cost_usd': USD,
    });
  });

  it('of a completion model costs nothing, too', async () => {
    wire.answer(() =>
      json({
        id: 'cmpl-1',
        object: 'text_completion',
        created: 1,
        model: 'gpt-3.5-turbo-instruct:20230824-v2',
        choices: [{ index: 0, text: 'sunny', finish_reason: 'stop' }],
        usage: { prompt_tokens: 7, completion_tokens: 2, total_tokens: 9 },
      }),
    );
    const model = new OpenAI({
      model: 'gpt-3.5-turbo-instruct',
      apiKey: 'test',
      maxRetries: 0,
      cache: new InMemoryCache(),
      configuration: { baseURL: `${wire.url}/v1` },
    });
    await model.invoke('The weather is', { callbacks });
    await model.invoke('The weather is', { callbacks });
    expect(calls()).toMatchObject([
      {
        'gen_ai.operation.name': 'text_completion',
        'gen_ai.request.model': 'gpt-3.5-turbo-instruct',
        'gen_ai.response.finish_reasons': ['stop'],
        'gen_ai.usage.input_tokens': 7,
        'gen_ai.usage.output_tokens': 2,
      },
      FREE,
    ]);
    expect(calls()[1]).not.toHaveProperty('gen_ai.usage.input_tokens');
  });
});

describe('an answer from the cache of older versions', () => {
  it('is announced at the start, and costs nothing as well', () => {
    const [handler] = callbacks;
    const message = { content: 'sunny', usage_metadata: { input_tokens: 100, output_tokens: 20, total_tokens: 120 } };
    const extra = { invocation_params: { model: 'gpt-4o-mini' }, cached: true };
    handler?.handleChatModelStart({ id: ['ChatOpenAI'] }, [[]], 'run', undefined, extra, [], {});
    handler?.handleLLMNewToken('sunny', {}, 'run');
    handler?.handleLLMEnd({ generations: [[{ text: 'sunny', message }]] }, 'run');
    expect(calls()).toMatchObject([{ 'spanline.cache.hit': true, 'spanline.cost.usd': 0 }]);
    expect(calls()[0]).not.toHaveProperty('gen_ai.usage.input_tokens');
    expect(calls()[0]).not.toHaveProperty('gen_ai.response.time_to_first_chunk');
  });
});

describe('cost', () => {
  it('stands once for each request that a provider billed, in an agent as well', async () => {
    wire.answer(({ body }) => {
      const messages = body['messages'] as { role: string }[];
      const reply = messages.at(-1)?.role === 'tool' ? MODELS.ChatOpenAI.text : MODELS.ChatOpenAI.tool;
      return reply(body['stream'] === true);
    });
    const weather = tool(() => 'sunny', { name: 'weather', schema: z.object({ city: z.string() }) });
    const agent = createAgent({ model: openai(), tools: [weather], name: 'helper' });
    await agent.invoke({ messages: [{ role: 'user', content: 'Weather in Oslo?' }] }, { callbacks });
    expect(wire.requests).toHaveLength(2);
    const records = log.records();
    expect(calls().map((record) => record['spanline.cost.usd'])).toEqual([USD, USD]);
    for (const record of records.filter((each) => each['span.type'] !== 'llm')) {
      expect(record).not.toHaveProperty('spanline.cost.usd');
      expect(record).not.toHaveProperty('gen_ai.usage.input_tokens');
    }
    expect(records.at(-1)).toMatchObject({ 'spanline.rollup.llm_calls': 2, 'spanline.rollup.input_tokens': 200 });
    expect(records.at(-1)?.['spanline.rollup.cost_usd']).toBeCloseTo(2 * USD, 12);
  });

  it('stands once where a request has several answers', async () => {
    const { chunks } = MODELS.ChatOpenAI.text(false);
    const body = JSON.parse(String(chunks[0])) as { choices: object[] };
    wire.answer(() => json({ ...body, choices: [...body.choices, ...body.choices] }));
    await openai({ n: 2 }).generate([[['user', 'Weather?']]] as never, { callbacks });
    expect(calls()).toHaveLength(1);
    expect(calls()[0]).toMatchObject({
      'gen_ai.request.choice.count': 2,
      'gen_ai.response.finish_reasons': ['stop', 'stop'],
      'gen_ai.usage.output_tokens': 20,
      'spanline.cost.usd': USD,
    });
    expect(JSON.parse(calls()[0]?.['gen_ai.output.messages'] ?? '')).toHaveLength(2);
  });

  it('stands on each call of a batch, and of several prompts given at once', async () => {
    answerChat();
    await openai().batch(['a', 'b'], { callbacks });
    await openai().generate([[['user', 'c']], [['user', 'd']]] as never, { callbacks });
    expect(wire.requests).toHaveLength(4);
    expect(calls().map((record) => record['spanline.cost.usd'])).toEqual([USD, USD, USD, USD]);
  });

  it('is unknown where no tokens are reported', async () => {
    wire.answer(({ body }) => {
      expect(body).not.toHaveProperty('stream_options');
      const { type, chunks } = MODELS.ChatOpenAI.text(true);
      return { type, chunks: chunks.filter((chunk) => !String(chunk).includes('prompt_tokens')) };
    });
    for await (const _ of await openai({ streamUsage: false }).stream('Weather?', { callbacks }));
    expect(calls()[0]).toMatchObject({ 'spanline.cost.reason': 'no_usage', 'gen_ai.request.stream': true });
    expect(calls()[0]).not.toHaveProperty('gen_ai.usage.input_tokens');
    expect(calls()[0]).not.toHaveProperty('spanline.stream.tokens_per_second');
  });
});
