/** Usage of answers that a guard blocks: what the provider had counted by then, and never a zero. */
import Anthropic from '@anthropic-ai/sdk';
import type { LLMock } from '@copilotkit/aimock';
import OpenAI from 'openai';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { wrapAnthropic } from '@spanline/anthropic';
import { createTracer, type SpanRecord } from '@spanline/core';
import { memoryLog } from '@spanline/core/testing';
import { guardClient, isGuardError } from '@spanline/guards';
import { wrapOpenAI } from '@spanline/openai';
import { startProvider } from '../../packages/guards/test/provider.ts';
import { BLOCK, failure, REPLACE } from '../../packages/guards/test/some-guards.ts';

let provider: LLMock;
beforeAll(async () => {
  provider = await startProvider();
});
afterAll(() => provider.stop());

interface Clients {
  readonly openai: OpenAI;
  readonly anthropic: Anthropic;
}

const MODEL = 'gpt-4o-mini';
const messages = (content: string) => [{ role: 'user' as const, content }];
const claude = (content: string) => ({ model: 'claude-sonnet-4-5', max_tokens: 100, messages: messages(content) });
/** Calls by what they call, with and without a stream. */
const CALLS = {
  'chat completions': ({ openai }: Clients, content: string, stream: boolean) =>
    openai.chat.completions.create({ model: MODEL, messages: messages(content), stream }),
  responses: ({ openai }: Clients, content: string, stream: boolean) =>
    openai.responses.create({ model: MODEL, input: content, stream }),
  messages: ({ anthropic }: Clients, content: string, stream: boolean) =>
    anthropic.messages.create({ ...claude(content), stream }),
} as const;
type Name = keyof typeof CALLS;

/** Reads an answer in a request that has made another call before. @returns the spans of the model and of the request */
async function ask(name: Name, guard: typeof BLOCK, content: string, stream: boolean) {
  const log = memoryLog();
  const tracer = createTracer({ logger: log.logger, capture: 'full', statsIntervalSeconds: 0 });
  const options = { apiKey: 'none', maxRetries: 0 };
  const plain = wrapOpenAI(new OpenAI({ ...options, baseURL: `${provider.url}/v1` }), { tracer });
  const guarded = { guards: [guard], tracer };
  const openai = guardClient(
    wrapOpenAI(new OpenAI({ ...options, baseURL: `${provider.url}/v1` }), { tracer }),
    guarded,
  );
  const anthropic = guardClient(
    wrapAnthropic(new Anthropic({ ...options, baseURL: provider.url }), { tracer }),
    guarded,
  );
  const error = await tracer.withSpan({ name: 'POST /ask', type: 'http' }, async () => {
    await plain.chat.completions.create({ model: MODEL, messages: messages('plain') });
    return failure(
      (async () => {
        const answer = await CALLS[name]({ openai, anthropic }, content, stream);
        if (stream) for await (const _ of answer as AsyncIterable<unknown>);
      })(),
    );
  });
  const spans = (type: string): SpanRecord[] => log.records().filter((record) => record['span.type'] === type);
  await vi.waitFor(() => expect(spans('llm')).toHaveLength(2));
  const call = spans('llm')[1] as SpanRecord;
  const counts = Object.entries(call).filter(([key]) => key.startsWith('gen_ai.usage.'));
  return { error, call, counts: Object.fromEntries(counts), request: spans('http')[0] as SpanRecord };
}

const COUNTED = { 'gen_ai.usage.input_tokens': 14, 'gen_ai.usage.output_tokens': 9 };

describe.each(Object.keys(CALLS) as Name[])('%s', (name) => {
  test('a whole answer that is blocked has its usage', async () => {
    const { error, call, counts } = await ask(name, BLOCK, 'mail', false);
    expect(isGuardError(error)).toBe(true);
    expect(counts).toEqual(COUNTED);
    expect(call).toMatchObject({ 'spanline.usage.source': 'provider', 'spanline.cost.source': 'price_table' });
  });

  test('a stream that a guard replaces is read to its end, and has its usage', async () => {
    const { error, call, counts } = await ask(name, REPLACE, 'mail', true);
    expect(error).toBe('it did not fail');
    expect(counts).toEqual(COUNTED);
    expect(call).toMatchObject({ 'span.status': 'ok', 'spanline.usage.source': 'provider' });
  });
});

test.each(['chat completions', 'responses'] as const)(
  'a stream of %s that is blocked has no counts, and says that its cost is not known',
  async (name) => {
    const { error, call, counts } = await ask(name, BLOCK, 'long', true);
    expect(isGuardError(error)).toBe(true);
    expect(counts).toEqual({});
    expect(call).toMatchObject({ 'span.status': 'abandoned', 'spanline.cost.reason': 'no_usage' });
    expect([call['spanline.cost.usd'], call['spanline.usage.source']]).toEqual([undefined, undefined]);
  },
);

test('a stream of messages that is blocked has the counts of its beginning, and says that they are not all', async () => {
  const { error, call, counts } = await ask('messages', BLOCK, 'long', true);
  expect(isGuardError(error)).toBe(true);
  expect(counts).toMatchObject({ 'gen_ai.usage.input_tokens': 14 });
  expect(call).toMatchObject({
    'span.status': 'abandoned',
    'spanline.usage.source': 'provider',
    'spanline.usage.issue': 'incomplete',
    'spanline.cost.exact': false,
    'spanline.cost.reason': 'incomplete_usage',
  });
});

test.each(Object.keys(CALLS) as Name[])(
  'a request with a blocked stream of %s does not pass for one that is counted whole',
  async (name) => {
    const { request } = await ask(name, BLOCK, 'long', true);
    const {
      'spanline.rollup.llm_calls': calls,
      'spanline.rollup.open': open,
      'spanline.rollup.cost_exact': isExact,
    } = request;
    // The error does not wait for the provider. The span of the model ends behind it, or is in the sum.
    expect([
      [1, 1, undefined],
      [2, 0, false],
    ]).toContainEqual([calls, open, isExact]);
  },
);
