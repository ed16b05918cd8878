import type { BaseChatModel } from '@langchain/core/language_models/chat_models';
import { FakeListChatModel } from '@langchain/core/utils/testing';
import { ChatOpenAI } from '@langchain/openai';
import { createAgent } from 'langchain';
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import type { Tracer } from '@spanline/core';
import type { MemoryLog } from '@spanline/core/testing';
import { SpanlineCallbackHandler } from '@spanline/langchain';
import { collectUntil } from '../../../../test/support/garbage.ts';
import { useTracer } from '../../../../test/support/set-up.ts';
import { json, openWire, type Wire } from '../../../../test/support/wire/server.ts';
import { MODELS } from '../support/models.ts';

const TWENTY_MINUTES = 1_200_000;

let log: MemoryLog;
let tracer: Tracer;
let callbacks: SpanlineCallbackHandler[];

useTracer(
  (newLog, newTracer) => {
    [log, tracer] = [newLog, newTracer];
    callbacks = [new SpanlineCallbackHandler({ tracer })];
  },
  { capture: 'full' },
);

/** Streams an answer to its end and gives what was thrown on the way. */
async function streamFailure(model: BaseChatModel): Promise<unknown> {
  try {
    for await (const _ of await model.stream('Weather?', { callbacks }));
  } catch (error) {
    return error;
  }
  return undefined;
}

describe('a model call', () => {
  let wire: Wire;

  beforeAll(async () => {
    wire = await openWire();
  });

  afterAll(() => wire.close());

  it('that its client tries again is one line and billed once', async () => {
    wire.answer((request) =>
      wire.requests.length === 1
        ? {
            status: 429,
            type: 'application/json',
            headers: { 'retry-after': '0' },
            chunks: ['{"error":{"message":"Slow down"}}'],
          }
        : MODELS.ChatOpenAI.text(request.body['stream'] === true),
    );
    const model = new ChatOpenAI({
      model: 'gpt-4o-mini',
      apiKey: 'test',
      maxRetries: 2,
      configuration: { baseURL: `${wire.url}/v1` },
    });
    await model.invoke('Weather?', { callbacks });
    expect(wire.requests).toHaveLength(2);
    expect(log.records()).toHaveLength(1);
    expect(log.records()[0]).toMatchObject({
      'span.status': 'ok',
      'gen_ai.usage.input_tokens': 100,
      'spanline.rollup.llm_calls': 1,
    });
  });

  it('that Anthropic refuses records what is left of its limits, and which request it was', async () => {
    const headers = {
      'request-id': 'req_7',
      'anthropic-ratelimit-requests-limit': '50',
      'anthropic-ratelimit-requests-remaining': '20',
      'anthropic-ratelimit-input-tokens-limit': '40000',
      'anthropic-ratelimit-input-tokens-remaining': '1000',
    };
    wire.answer(() => json({ type: 'error', error: { type: 'rate_limit_error', message: 'Slow down' } }, 429, headers));
    await streamFailure(MODELS.ChatAnthropic.create(wire.url));
    expect(log.records()[0]).toMatchObject({
      'spanline.error.class': 'rate_limit',
      'spanline.ratelimit.remaining_ratio': 0.025,
      'spanline.provider.request_id': 'req_7',
    });
  });

  it('that is cut off records the tokens that were reported until then, and that they are not all', async () => {
    wire.answer(() => {
      const whole = MODELS.ChatAnthropic.text(true);
      return { ...whole, chunks: whole.chunks.slice(0, 4), cut: true };
    });
    expect(await streamFailure(MODELS.ChatAnthropic.create(wire.url))).toBeInstanceOf(Error);
    expect(log.records()[0]).toMatchObject({
      'span.status': 'error',
      'gen_ai.usage.input_tokens': 100,
      'gen_ai.usage.cache_read.input_tokens': 64,
      'gen_ai.usage.output_tokens': 1,
      'spanline.usage.issue': 'incomplete',
    });
  });

  it.each(['ChatOpenAI', 'ChatOpenAI (Responses)', 'ChatAnthropic', 'ChatGoogle', 'ChatMistralAI'] as const)(
    'with malformed JSON in its stream fails, or is read as the client reads it: %s',
    async (name) => {
      wire.answer(() => {
        const whole = MODELS[name].text(true);
        return { ...whole, chunks: [...whole.chunks.slice(0, -2), 'data: {"broken\n\n', ...whole.chunks.slice(-2)] };
      });
      const error = await streamFailure(MODELS[name].create(wire.url));
      expect(log.records()).toHaveLength(1);
      expect(log.records()[0]?.['span.status']).toBe(error === undefined ? 'ok' : 'error');
      if (error !== undefined) expect(log.records()[0]?.['error.message']).toBe((error as Error).message);
    },
  );

  it.each(
    (['ChatOpenAI', 'ChatOpenAI (Responses)', 'ChatAnthropic', 'ChatGoogle'] as const).flatMap((name) =>
      (['stream', 'streamEvents v2', 'agent', 'agent, as events (v3)'] as const).map((way) => [name, way] as const),
    ),
  )('that is aborted says so, and keeps the words that had come: %s, %s', async (name, way) => {
    await new FakeListChatModel({ responses: ['a run that ends'] }).invoke('x', { callbacks });
    log.clear();
    wire.answer(() => ({ ...MODELS[name].text(true), open: true }));
    const controller = new AbortController();
    const options = { callbacks, signal: controller.signal };
    const model = MODELS[name].create(wire.url) as BaseChatModel;
    const messages = [{ role: 'user', content: 'Weather?' }];
    const agent = createAgent({ model, tools: [] });
    const open = {
      stream: () => model.stream('Weather?', options),
      'streamEvents v2': () => model.streamEvents('Weather?', { ...options, version: 'v2' }),
      agent: () => agent.stream({ messages }, { ...options, streamMode: 'messages' }),
      'agent, as events (v3)': () => agent.streamEvents({ messages }, { ...options, version: 'v3' }),
    }[way];
    const reading = async (): Promise<void> => {
      for await (const event of (await open()) as AsyncIterable<unknown>)
        if (JSON.stringify(event).includes('sunny')) controller.abort();
    };
    await reading().catch(() => undefined);
    await collectUntil(() => tracer.stats().open === 0);
    const call = log.records().find((record) => record['span.type'] === 'llm');
    expect(call?.['span.status']).toBe('aborted');
    expect(call?.['gen_ai.output.messages']).toContain('It is');
    expect(log.records().map((record) => record['span.status'])).not.toContain('error');
  });

  it('whose reader leaves keeps the words and tokens that had come', async () => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval', 'performance'] });
    onTestFinished(() => void vi.useRealTimers());
    wire.answer(() => ({ ...MODELS.ChatAnthropic.text(true), open: true }));
    const stream = await MODELS.ChatAnthropic.create(wire.url).stream('Weather?', { callbacks });
    for await (const chunk of stream) if (chunk.text === ' sunny.') break;
    vi.advanceTimersByTime(TWENTY_MINUTES);
    expect(log.records()).toHaveLength(1);
    expect(log.records()[0]).toMatchObject({
      'span.status': 'abandoned',
      'gen_ai.request.stream': true,
      'spanline.stream.chunks': expect.any(Number) as number,
      'gen_ai.usage.input_tokens': 100,
      'spanline.usage.issue': 'incomplete',
    });
    expect(log.records()[0]?.['gen_ai.output.messages']).toContain('It is');
  });

  it.each(['tokens', 'events'] as const)(
    'that the process does not wait for keeps the words that had come: %s',
    async (way) => {
      wire.answer(() => ({ ...MODELS.ChatOpenAI.text(true), open: true }));
      const model = MODELS.ChatOpenAI.create(wire.url);
      if (way === 'tokens') {
        for await (const chunk of await model.stream('Weather?', { callbacks })) if (chunk.text === ' sunny.') break;
      } else {
        const agent = createAgent({ model, tools: [] });
        const messages = [{ role: 'user', content: 'Weather?' }];
        const run = await agent.streamEvents({ messages }, { callbacks, version: 'v3' });
        for await (const event of run) if (JSON.stringify(event).includes(' sunny.')) break;
      }
      await tracer.shutdown();
      const call = log.records().find((record) => record['span.type'] === 'llm');
      expect(call?.['gen_ai.output.messages']).toContain('It is');
    },
  );
});
