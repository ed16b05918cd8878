/** Wire capture beside every other instrumentation: one line, and one bill, for each call of the provider. */

import type { LLMock } from '@copilotkit/aimock';
import { ChatOpenAI } from '@langchain/openai';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createTracer, type Tracer, validate } from '@spanline/core';
import { type MemoryLog, memoryLog, tree } from '@spanline/core/testing';
import { SpanlineCallbackHandler } from '@spanline/langchain';
import { wire } from '@spanline/wire';
import { USAGE } from '../support/provider.ts';
import { drain } from '../support/records.ts';
import { useWire } from '../support/set-up.ts';
import { useProvider } from '../support/use-provider.ts';
import { events, json, type Wire } from '../support/wire/server.ts';
import { INSTRUMENTATIONS, type Program, USD_PER_CALL } from './support/programs.ts';

let provider: LLMock;
let log: MemoryLog;
let tracer: Tracer;
let stop: () => void;
let program: Program | undefined;
let server: Wire;

useWire((opened) => {
  server = opened;
});

useProvider((started) => {
  provider = started;
});

beforeEach(() => {
  log = memoryLog();
  tracer = createTracer({ logger: log.logger, statsIntervalSeconds: 0, capture: 'full' });
  stop = wire({ tracer, patch: true });
  provider.clearRequests();
});

afterEach(async () => {
  stop();
  program?.undo();
  await program?.stop();
  program = undefined;
  for (const record of log.records()) expect(validate(record)).toEqual({ valid: true });
  expect(tracer.stats()).toMatchObject({ internalErrors: 0, open: 0 });
});

/** Claude Code asks in a process of its own. Its stand-in asks in this one. */
const MODEL_CALLS = INSTRUMENTATIONS.filter(({ isModelCall, name }) => isModelCall && name !== 'claude-agent-sdk');

/** From Node 26 on, a server sends what it writes in one turn as one chunk, in which there are no gaps. */
const GAPS =
  Number.parseInt(process.versions.node, 10) < 26 ? { 'spanline.stream.max_gap_ms': expect.any(Number) as number } : {};

describe.each(MODEL_CALLS)('with the instrumentation of $name $way, the wire', (instrumentation) => {
  const { name, start } = instrumentation;
  const calls = () => log.records().filter((record) => record['span.type'] === 'llm');
  const settled = (): Promise<void> => expect.poll(() => tracer.stats().open).toBe(0);

  it('adds what it sees to the one line of a call, and nothing to the bill', async () => {
    const within = (program = await start(provider.url, [await import(`@spanline/${name}`)], { tracer }));
    await tracer.withSpan('outer', () => within.ask({ text: 'plain' }));
    await settled();
    expect(tree(log.records())).toBe(instrumentation.tree);
    await drain(await within.stream({ text: 'plain' }));
    await settled();
    expect(provider.getRequests()).toHaveLength(2);
    const seen = {
      'gen_ai.usage.input_tokens': USAGE.prompt_tokens,
      'gen_ai.usage.output_tokens': USAGE.completion_tokens,
      'spanline.cost.usd': expect.closeTo(USD_PER_CALL[name as keyof typeof USD_PER_CALL], 9) as number,
      'spanline.wire.requests': 1,
      'http.response.status_code': 200,
      'spanline.http.ttfb_ms': expect.any(Number) as number,
    };
    expect(calls()).toMatchObject([seen, seen]);
    for (const call of calls()) {
      expect(call['otel.scope.name']).not.toBe('@spanline/wire');
      expect(call).not.toHaveProperty('spanline.retry.attempt');
    }
    expect(calls()[1]).toMatchObject({
      ...GAPS,
      'gen_ai.response.time_to_first_chunk': expect.any(Number) as number,
    });
  });
});

it('counts the requests and retries of a framework on its line', async () => {
  let refusals = 0;
  const message = { role: 'assistant', content: 'at last' };
  const answer = json({ model: 'gpt-4o', choices: [{ index: 0, message, finish_reason: 'stop' }], usage: USAGE });
  server.answer(() => (refusals-- > 0 ? json({ error: { message: 'wait' } }, 429, { 'retry-after': '0' }) : answer));
  const configuration = { baseURL: `${server.url}/v1` };
  const model = new ChatOpenAI({ model: 'gpt-4o', apiKey: 'test', maxRetries: 2, configuration });
  const callbacks = [new SpanlineCallbackHandler({ tracer })];
  await model.invoke('plain', { callbacks });
  refusals = 2;
  await model.invoke('busy', { callbacks });
  const [first, second] = log.records();
  expect(first).toMatchObject({ 'spanline.wire.requests': 1 });
  expect(first).not.toHaveProperty(['spanline.retry.attempt']);
  expect(second).toMatchObject({ 'spanline.wire.requests': 3, 'spanline.retry.attempt': 3 });
  expect(second?.['otel.scope.name']).toBe('@spanline/langchain');
});

it('completes the line of a framework that ends before the stream does', async () => {
  const piece = (content: string): object => ({ model: 'gpt-4o', choices: [{ index: 0, delta: { content } }] });
  server.answer(() => ({ ...events([piece('one'), { ...piece(' two'), usage: USAGE }]), open: true }));
  const configuration = { baseURL: `${server.url}/v1` };
  const model = new ChatOpenAI({ model: 'gpt-4o', apiKey: 'test', maxRetries: 0, streamUsage: false, configuration });
  const callbacks = [new SpanlineCallbackHandler({ tracer })];
  const chunks = (await model.stream('plain', { callbacks }))[Symbol.asyncIterator]();
  let text = '';
  while (!text.includes('two')) text += (await chunks.next()).value?.text ?? '';
  await tracer.shutdown();
  expect(log.records()).toMatchObject([
    {
      'otel.scope.name': '@spanline/langchain',
      'gen_ai.usage.input_tokens': USAGE.prompt_tokens,
      'spanline.http.ttfb_ms': expect.any(Number) as number,
      'gen_ai.response.time_to_first_chunk': expect.any(Number) as number,
    },
  ]);
});
