/** The wire sees requests beside the calls that others report. */

import OpenAI from 'openai';
import { expect, it } from 'vitest';
import { createTracer, type Tracer } from '@spanline/core';
import type { MemoryLog } from '@spanline/core/testing';
import { wrapOpenAI } from '@spanline/openai';
import { parsedRecords } from '../../../test/support/records.ts';
import { events, json, type Wire, type WireReply } from '../../../test/support/wire/server.ts';
import { type Recording, useRecording } from './support/recording.ts';

let server: Wire;
let log: MemoryLog;
let tracer: Tracer;
let restart: Recording['restart'];
let stop: Recording['stop'];

useRecording((started) => {
  ({ server, log, tracer, restart, stop } = started);
});

const USAGE = { prompt_tokens: 1_000_000, completion_tokens: 0 };
const MESSAGE = { role: 'assistant', content: 'Hello' };
const hosts = (): Record<string, 'openai'> => ({ [new URL(server.url).host]: 'openai' });
const ANSWER = { model: 'gpt-4o', choices: [{ index: 0, message: MESSAGE, finish_reason: 'stop' }], usage: USAGE };
const FAILURE = json({ error: { message: 'wait' } }, 429, { 'retry-after-ms': '1', 'retry-after': '0' });

/** Answers each request with the next reply, and all others with the last one. */
function answering(...replies: readonly WireReply[]): void {
  let next = 0;
  server.answer(() => replies[Math.min(next++, replies.length - 1)] ?? json(ANSWER));
}

const configuration = (): object => ({ baseURL: `${server.url}/v1` });
const asked = { model: 'gpt-4o', messages: [{ role: 'user' as const, content: 'Hi' }] };

it('knows what the failed attempts of a call cost', async () => {
  const usage = { input_tokens: 1_000_000, output_tokens: 1 };
  const start = {
    type: 'message_start',
    message: { role: 'assistant', model: 'claude-sonnet-4-5', content: [], usage },
  };
  const failure = { type: 'error', error: { type: 'overloaded_error', message: 'Overloaded' } };
  server.answer(() => events([start, failure], true));
  const body = JSON.stringify({ ...asked, model: 'claude-sonnet-4-5', max_tokens: 9, stream: true });
  for (let attempt = 0; attempt < 3; attempt++)
    await (await fetch(`${server.url}/v1/messages`, { method: 'POST', body })).text();
  expect(parsedRecords(log).map((record) => record['spanline.retry.cost_usd'])).toEqual([
    undefined,
    expect.closeTo(6, 3),
    expect.closeTo(12, 3),
  ]);
});

it('does not take the pieces of an embedding for retries', async () => {
  server.answer(() =>
    json({ model: 'text-embedding-3-small', data: [], usage: { prompt_tokens: 5, total_tokens: 5 } }),
  );
  const client = wrapOpenAI(new OpenAI({ apiKey: 'test', ...configuration() }), { tracer });
  await client.embeddings.create({ model: 'text-embedding-3-small', input: 'one' });
  await client.embeddings.create({ model: 'text-embedding-3-small', input: 'one' });
  expect(parsedRecords(log).map((record) => record['spanline.retry.attempt'])).toEqual([undefined, undefined]);
});

it('adds to the line of a moderation, which is no model call', async () => {
  const results = [{ flagged: false, categories: {}, category_scores: {} }];
  server.answer(() => json({ model: 'omni-moderation-latest', results }));
  const client = wrapOpenAI(new OpenAI({ apiKey: 'test', ...configuration() }), { tracer });
  // The client has the `fetch` of before.
  restart({ hosts: hosts() });
  await client.moderations.create({ input: 'Hi' });
  expect(parsedRecords(log)).toMatchObject([{ 'span.type': 'guardrail', 'spanline.wire.requests': 1 }]);
});

it('bills a batch once that a wrapped client fetches', async () => {
  const usage = { input_tokens: 4000, output_tokens: 300, total_tokens: 4300 };
  const counts = { total: 2, completed: 2 };
  server.answer(() =>
    json({ id: 'batch_wire', status: 'completed', model: 'gpt-5-mini', request_counts: counts, usage }),
  );
  const client = wrapOpenAI(new OpenAI({ apiKey: 'test', ...configuration() }), { tracer });
  // The client has the `fetch` of before.
  restart({ hosts: hosts() });
  await client.batches.retrieve('batch_wire');
  await client.batches.retrieve('batch_wire');
  expect(parsedRecords(log)).toMatchObject([{ 'gen_ai.usage.input_tokens': 4000 }]);
});

it('counts on the stats line what it sees', async () => {
  stop();
  const counting = createTracer({ logger: log.logger, statsIntervalSeconds: 3600 });
  restart({ tracer: counting });
  answering(FAILURE, json(ANSWER));
  const options = { apiKey: 'test', ...configuration(), maxRetries: 1 };
  await wrapOpenAI(new OpenAI(options), { tracer: counting }).chat.completions.create(asked);
  await new OpenAI(options).chat.completions.create(asked);
  await counting.shutdown();
  expect(log.lines().find((line) => line['event.name'] === 'spanline.stats')).toMatchObject({
    'spanline.gauge.wire_calls': 1,
    'spanline.gauge.wire_requests': 2,
    'spanline.gauge.wire_retries': 1,
    'spanline.gauge.wire_retries_usd': 0,
    'spanline.gauge.wire_alone': 1,
  });
});
