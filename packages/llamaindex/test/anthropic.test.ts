import Anthropic from '@anthropic-ai/sdk';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createTracer, type Tracer, validate } from '@spanline/core';
import { type MemoryLog, memoryLog } from '@spanline/core/testing';
import { instrumentLlamaIndex, type Uninstall } from '@spanline/llamaindex';
import { type CannedProvider, startCannedProvider } from './support/canned-provider.ts';

const usage = { input_tokens: 30, cache_read_input_tokens: 8, cache_creation_input_tokens: 2 };
const message = { id: 'msg_1', type: 'message', role: 'assistant', model: 'claude-served', content: [] };
const delta = (text: string) => ({ type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text } });

const STREAM = [
  { type: 'message_start', message: { ...message, stop_reason: null, usage: { ...usage, output_tokens: 1 } } },
  { type: 'content_block_start', index: 0, content_block: { type: 'text', text: '' } },
  delta('one '),
  delta('two'),
  { type: 'content_block_stop', index: 0 },
  { type: 'message_delta', delta: { stop_reason: 'end_turn', stop_sequence: null }, usage: { output_tokens: 12 } },
  { type: 'message_stop' },
];

let provider: CannedProvider;
let log: MemoryLog;
let tracer: Tracer;
let uninstall: Uninstall;

beforeAll(async () => {
  provider = await startCannedProvider(() => ({ events: STREAM }));
});

afterAll(() => provider.stop());

beforeEach(() => {
  log = memoryLog();
  tracer = createTracer({ logger: log.logger, service: { name: 'test' }, statsIntervalSeconds: 0, capture: 'full' });
  uninstall = instrumentLlamaIndex({ tracer });
});

afterEach(() => {
  uninstall();
  for (const record of log.records()) expect(validate(record)).toEqual({ valid: true });
  expect(tracer.stats()).toMatchObject({ internalErrors: 0, open: 0 });
});

/** Streams as the class of LlamaIndex's package does: events without text are dropped, and with them the tokens. */
class Claude {
  readonly metadata = { model: 'claude-3-5-haiku' };
  readonly session = { anthropic: new Anthropic({ apiKey: 'test', baseURL: provider.url, maxRetries: 0 }) };

  async chat(): Promise<AsyncIterable<{ delta: string }>> {
    return this.#stream();
  }

  async complete(): Promise<unknown> {
    return undefined;
  }

  async *#stream(): AsyncGenerator<{ raw: unknown; delta: string }> {
    const stream = await this.session.anthropic.messages.create({
      model: 'claude-3-5-haiku',
      max_tokens: 9,
      messages: [{ role: 'user', content: 'count' }],
      stream: true,
    });
    for await (const raw of stream) {
      if (raw.type === 'content_block_delta' && raw.delta.type === 'text_delta') yield { raw, delta: raw.delta.text };
    }
  }
}

describe("a streamed answer of Anthropic's SDK", () => {
  it('has the tokens of its first and last event', async () => {
    let text = '';
    for await (const chunk of await uninstall.observe(new Claude()).chat()) text += chunk.delta;
    expect(text).toBe('one two');
    const [call] = log.records();
    expect(call).toMatchObject({
      'gen_ai.usage.input_tokens': 40,
      'gen_ai.usage.output_tokens': 12,
      'gen_ai.usage.cache_read.input_tokens': 8,
      'gen_ai.usage.cache_write.input_tokens': 2,
      'gen_ai.response.model': 'claude-served',
      'gen_ai.response.finish_reasons': ['end_turn'],
    });
    expect(call?.['spanline.usage.issue']).toBeUndefined();
  });

  it('that is abandoned keeps those that had come until then, and says so', async () => {
    for await (const _ of await uninstall.observe(new Claude()).chat()) break;
    expect(log.records()[0]).toMatchObject({
      'span.status': 'abandoned',
      'gen_ai.usage.input_tokens': 40,
      'spanline.usage.issue': 'incomplete',
    });
  });

  it('of a call that is not LlamaIndex leaves no mark', async () => {
    const { session } = uninstall.observe(new Claude());
    await tracer.withSpan({ name: 'own', type: 'llm' }, async () => {
      const request = { model: 'm', max_tokens: 9, messages: [{ role: 'user' as const, content: 'count' }] };
      for await (const _ of await session.anthropic.messages.create({ ...request, stream: true }));
    });
    expect(log.records()[0]?.['gen_ai.usage.input_tokens']).toBeUndefined();
  });
});
