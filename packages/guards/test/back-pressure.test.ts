/** How much a gate holds back: counted in pulls of its source, never in time. */
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import express from 'express';
import { expect, test } from 'vitest';
import { createTracer } from '@spanline/core';
import { Answer } from '../src/gate/answer.ts';
import { GatedStream } from '../src/gate/gated-stream.ts';
import { Engine } from '../src/guards/engine.ts';
import {
  createGuards,
  detectors,
  type Guard,
  guardExpress,
  literals,
  pattern,
  redactOutput,
  type Rule,
} from '../src/index.ts';
import { chatCompletionsShape } from '../src/shapes/chat-completions.ts';

const tracer = createTracer({ enabled: false });
const redact = (rules: Rule, failMode: Guard['failMode'] = 'closed'): Guard => redactOutput({ rules, failMode });
const WORDS = 'Call 030 901820 about TICKET-77, or write to jane.doe@example.org before the contract ends in May. '
  .repeat(20)
  .split(/(?= )/);
const LONGEST = Math.max(...WORDS.map((word) => word.length));

/** A source that counts what is pulled from it. */
function counted<T>(values: Iterable<T>) {
  const pulled = { values: 0 };
  async function* source(): AsyncGenerator<T> {
    for (const value of values) {
      pulled.values++;
      yield value;
    }
  }
  return { pulled, source: source() };
}

function* endless<T>(value: T): Generator<T> {
  for (;;) yield value;
}

test('without a rule that waits, each pull of the reader is one pull of the source', async () => {
  const guards = createGuards({ guards: [redact(literals({ texts: ['Blue Heron'] }))], tracer });
  const { pulled, source } = counted(WORDS);
  let read = 0;
  for await (const _ of guards.stream(source)) expect(pulled.values).toBe(++read);
  expect(read).toBe(WORDS.length);
});

test('a reader that pauses pauses the source', async () => {
  const guards = createGuards({ guards: [redact(detectors())], tracer });
  const { pulled, source } = counted(endless('word '));
  const stream = guards.stream(source);
  await stream.next();
  const before = pulled.values;
  for (let turn = 0; turn < 50; turn++) await new Promise((resolve) => setImmediate(resolve));
  expect(pulled.values).toBe(before);
  await stream.return?.();
});

test.each([
  ['literals', literals({ texts: ['contract ended', 'TICKET-77'] })],
  ['pattern', pattern({ pattern: /\bTICKET-\d{1,12}\b/ })],
  ['detectors', detectors()],
] as const)('%s never hold back more characters than they say', async (_, rule) => {
  const guards = createGuards({ guards: [redact(rule)], tracer });
  const words = WORDS.map((word) => word.replace(/\d|@/g, 'x'));
  const { pulled, source } = counted(words);
  const sizes = words.map((word) => word.length);
  let read = 0;
  let most = 0;
  for await (const piece of guards.stream(source)) {
    read += piece.length;
    const given = sizes.slice(0, pulled.values).reduce((sum, size) => sum + size, 0);
    most = Math.max(most, given - read);
  }
  expect(most).toBeLessThanOrEqual(Number(rule.holds) + LONGEST);
});

test('what waits stays within maxHeld, then the guard has failed', async () => {
  const guards = createGuards({ guards: [redact(pattern({ pattern: /nothing[^]*nowhere/ }))], tracer, maxHeld: 1000 });
  const { pulled, source } = counted(endless('0123456789'));
  await expect(guards.stream(source).next()).rejects.toMatchObject({ reason: 'too_long' });
  expect(pulled.values).toBe(101);
});

test('arguments of a tool that never end leave when every guard is open, and fail when one is closed', async () => {
  const call = { index: 0, function: { arguments: '0123456789' } };
  const chunk = { choices: [{ index: 0, delta: { tool_calls: [call] } }] };
  for (const failMode of ['open', 'closed'] as const) {
    const engine = new Engine({ guards: [redact(detectors({ only: ['EMAIL'] }), failMode)], tracer, maxHeld: 1000 });
    const { pulled, source } = counted(endless(chunk));
    const gated = new GatedStream(source, new Answer(engine, 'output'), chatCompletionsShape());
    const first = gated.next();
    if (failMode === 'open') expect((await first).value).toBe(chunk);
    else await expect(first).rejects.toMatchObject({ reason: 'too_long' });
    expect(pulled.values).toBe(101);
    await gated.return();
  }
});

test('Express: a route that waits for `drain` has all of its events sent, in their order', async () => {
  const app = express().use(
    guardExpress({ guards: [redact(detectors({ only: ['EMAIL'] }))], tracer, pieces: ['delta'] }),
  );
  let paused = 0;
  app.get('/', async (_, res) => {
    res.type('text/event-stream');
    for (let index = 0; index < 500; index++) {
      if (res.write(`data: ${JSON.stringify({ delta: `${index} `, pad: ['x'.repeat(200)] })}\n\n`)) continue;
      paused++;
      await once(res, 'drain');
    }
    res.end();
  });
  const server = app.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const text = await (await fetch(`http://127.0.0.1:${port}/`)).text();
  server.close();
  expect([...text.matchAll(/"delta":"(\d+) "/g)].map(([, index]) => Number(index))).toEqual(
    Array.from({ length: 500 }, (_, index) => index),
  );
  expect(paused).toBeGreaterThan(0);
});
