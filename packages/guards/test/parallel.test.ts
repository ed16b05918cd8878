/** Guards at once on one stream: one throws, one takes its time, one blocks. */
import { afterEach, beforeEach, describe, expect, type MockInstance, test, vi } from 'vitest';
import { createTracer } from '@spanline/core';
import { memoryLog } from '@spanline/core/testing';
import {
  blockOutput,
  createGuards,
  evaluator,
  type Guard,
  type GuardVerdict,
  isGuardError,
  literals,
} from '../src/index.ts';
import { piecesOf } from './texts.ts';

type FailMode = Guard['failMode'];

let warn: MockInstance<typeof process.emitWarning>;
beforeEach(() => {
  warn = vi.spyOn(process, 'emitWarning').mockReturnValue(undefined);
});
afterEach(() => warn.mockRestore());

const CLEAN = 'The contract ends in May. Ask for a copy. It is free.';
const SECRET = 'Blue Heron';
const LEAKY = CLEAN.replace('a copy', `the ${SECRET} file`);

const throwing = (failMode: FailMode): Guard =>
  blockOutput({
    name: 'throws',
    failMode,
    rules: evaluator({
      name: 'throws',
      window: 'sentence',
      fn: () => {
        throw new TypeError('no model');
      },
    }),
  });
const BLOCKS = blockOutput({ name: 'blocks', rules: literals({ texts: [SECRET] }), failMode: 'closed' });

/** A guard whose judge answers when the test lets it. */
function slowGuard(): { readonly guard: Guard; readonly release: () => void; readonly asked: () => number } {
  let asked = 0;
  let release = (): void => undefined;
  const released = new Promise<boolean>((resolve) => (release = () => resolve(false)));
  const fn = (): Promise<boolean> => {
    asked++;
    return released;
  };
  const rules = evaluator({ name: 'slow', window: 'sentence', fn });
  const guard = blockOutput({ name: 'slow', rules, failMode: 'closed', timeoutMs: 599_999 });
  return { guard, release: () => release(), asked: () => asked };
}

/** All orders of three guards. */
const ORDERS = [
  [0, 1, 2],
  [0, 2, 1],
  [1, 0, 2],
  [1, 2, 0],
  [2, 0, 1],
  [2, 1, 0],
] as const;

interface Outcome {
  readonly text: string;
  readonly error: unknown;
  /** Names of guards by what became of them. */
  readonly became: Record<string, string>;
}

async function run(failMode: FailMode, order: readonly number[], text: string): Promise<Outcome> {
  const log = memoryLog();
  const tracer = createTracer({ logger: log.logger, statsIntervalSeconds: 0 });
  const slow = slowGuard();
  const three = [throwing(failMode), slow.guard, BLOCKS];
  const verdicts: GuardVerdict[] = [];
  const guards = createGuards({
    guards: order.map((at) => three[at] as Guard),
    tracer,
    onVerdict: (verdict) => void verdicts.push(verdict),
  });
  let left = '';
  let error: unknown;
  const read = (async () => {
    for await (const piece of guards.stream(piecesOf(text.match(/[^]{1,5}/g) ?? []))) left += piece;
  })().catch((thrown: unknown) => void (error = thrown));
  if (failMode === 'open') {
    // Nothing leaves before the slow guard has its verdict, whatever the others say.
    await vi.waitFor(() => expect(slow.asked()).toBeGreaterThan(0));
    expect(left).toBe('');
    slow.release();
  }
  await read;

  // Counters, spans and callbacks agree.
  const spans = log.records().filter((record) => record['span.type'] === 'guardrail');
  const became = Object.fromEntries(
    spans.map((span) => [
      span['spanline.guardrail.name'],
      span['spanline.guardrail.action'] ?? String(span['span.status']),
    ]),
  );
  const count = (what: string): number => Object.values(became).filter((each) => each === what).length;
  const failed = spans.filter((span) => span['spanline.guardrail.failure'] === 'exception').length;
  expect(spans).toHaveLength(3);
  expect(guards.stats()).toEqual({
    passed: count('pass'),
    blocked: count('block'),
    redacted: 0,
    aborted: count('aborted'),
    failed,
    failedOpen: failMode === 'open' ? failed : 0,
    unjudged: 0,
  });
  expect(Object.fromEntries(verdicts.map(({ guard, action }) => [guard, action]))).toEqual(
    Object.fromEntries(Object.entries(became).filter(([, what]) => what !== 'aborted')),
  );
  expect(tracer.stats().open).toBe(0);
  return { text: left, error, became };
}

describe.each(ORDERS)('in the order %i, %i, %i', (...order) => {
  test('a guard that throws and is closed stops the stream, before the slow one has answered', async () => {
    for (const text of [CLEAN, LEAKY]) {
      const { text: left, error, became } = await run('closed', order, text);
      expect(isGuardError(error) && [error.guard, error.reason]).toEqual(['throws', 'exception']);
      expect(left).toBe('');
      expect(became).toEqual({ throws: 'block', slow: 'aborted', blocks: 'aborted' });
    }
    expect(String(warn.mock.calls[0]?.[0])).toContain('It stopped the text.');
  });

  test('a guard that throws and is open switches off no other: the match is blocked', async () => {
    const { text, error, became } = await run('open', order, LEAKY);
    expect(isGuardError(error) && [error.guard, error.reason]).toEqual(['blocks', 'found']);
    expect(LEAKY.slice(0, LEAKY.indexOf(SECRET)).startsWith(text)).toBe(true);
    expect(became).toEqual({ throws: 'aborted', slow: 'aborted', blocks: 'block' });
  });

  test('a text that no guard stops leaves whole, and the failure is counted', async () => {
    const { text, error, became } = await run('open', order, CLEAN);
    expect({ text, error }).toEqual({ text: CLEAN, error: undefined });
    expect(became).toEqual({ throws: 'pass', slow: 'pass', blocks: 'pass' });
    expect(warn).toHaveBeenCalledTimes(1);
    expect(String(warn.mock.calls[0]?.[0])).toContain('It let the text pass.');
  });
});
