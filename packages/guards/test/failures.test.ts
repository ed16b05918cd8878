/** Guards that fail: each failure is counted, said once, and written to the span, and the fail mode decides. */
import { afterEach, beforeEach, describe, expect, type MockInstance, test, vi } from 'vitest';
import { createTracer } from '@spanline/core';
import { memoryLog } from '@spanline/core/testing';
import { Answer } from '../src/gate/answer.ts';
import { GatedStream } from '../src/gate/gated-stream.ts';
import { Engine } from '../src/guards/engine.ts';
import {
  blockInput,
  blockOutput,
  createGuards,
  detectors,
  evaluator,
  type Guard,
  isGuardError,
  literals,
  type Matcher,
  pattern,
  redactOutput,
  type Rule,
} from '../src/index.ts';
import { chatCompletionsShape } from '../src/shapes/chat-completions.ts';
import { piecesOf } from './texts.ts';

let warn: MockInstance<typeof process.emitWarning>;
beforeEach(() => {
  warn = vi.spyOn(process, 'emitWarning').mockReturnValue(undefined);
});
afterEach(() => warn.mockRestore());

const SECRET = 'jane.doe@example.org';
const boom = (): never => {
  throw new Error(`cannot read "${SECRET}"`);
};
const matcher = (part: Partial<Matcher>): Rule => ({
  name: 'broken',
  holds: 'whole',
  start: () => ({ push: () => ({ found: [], decided: 0 }), end: () => ({ found: [], decided: 0 }), ...part }),
});
const LONG = 'word '.repeat(300);

/** Rules that fail, and texts that make them fail. */
const FAILURES = [
  ['start throws', { name: 'broken', holds: 'whole', start: boom }, SECRET, 'exception'],
  ['push throws', matcher({ push: boom }), SECRET, 'exception'],
  ['end throws', matcher({ end: boom }), SECRET, 'exception'],
  [
    'an evaluator rejects',
    evaluator({ name: 'broken', fn: () => Promise.reject(new Error(SECRET)) }),
    SECRET,
    'exception',
  ],
  ['an evaluator returns a text', evaluator({ name: 'broken', fn: () => SECRET }), SECRET, 'exception'],
  ...[Number.NaN, 0.5, {}, [], Symbol('no'), () => true, Promise.resolve(Number.NaN)].map(
    (verdict) =>
      [
        `an evaluator returns ${typeof verdict}`,
        evaluator({ name: 'broken', fn: () => verdict }),
        SECRET,
        'exception',
      ] as const,
  ),
  [
    'an evaluator throws a text',
    evaluator({
      name: 'broken',
      fn: () => {
        // oxlint-disable-next-line no-throw-literal, only-throw-error
        throw SECRET;
      },
    }),
    SECRET,
    'exception',
  ],
  ['a rule decides about nothing', matcher({ push: () => undefined as never }), SECRET, 'exception'],
  [
    'a rule has a place that is none',
    matcher({ end: () => ({ found: [], decided: Number.NaN }) }),
    SECRET,
    'exception',
  ],
  [
    'a rule finds a place that is none',
    matcher({ end: () => ({ found: [{ start: Number.NaN, end: 3, rule: 'broken' }], decided: 3 }) }),
    SECRET,
    'exception',
  ],
  ['an evaluator never answers', evaluator({ name: 'broken', fn: () => new Promise(() => {}) }), SECRET, 'timeout'],
  ['too much waits', pattern({ name: 'broken', pattern: /nothing[^]*nowhere/ }), LONG, 'too_long'],
] as const satisfies readonly (readonly [string, Rule, string, string])[];

async function read(stream: AsyncIterable<unknown>): Promise<{ text: string; error?: unknown }> {
  let text = '';
  try {
    for await (const piece of stream) text += String(piece);
  } catch (error) {
    return { text, error };
  }
  return { text };
}

function setUp(guards: readonly Guard[]) {
  const log = memoryLog();
  const tracer = createTracer({ logger: log.logger, capture: 'metadata' });
  return { log, tracer, guards: createGuards({ guards, tracer, maxHeld: 1000 }) };
}

const cut = (text: string): string[] => text.match(/[^]{1,7}/g) ?? [];

describe.each(['open', 'closed'] as const)('%s', (failMode) => {
  test.each(FAILURES)('%s', async (_, rules, text, kind) => {
    const { guards, log } = setUp([blockOutput({ rules, failMode, timeoutMs: 1 })]);
    for (let round = 0; round < 2; round++) {
      const result = await read(guards.stream(piecesOf(cut(text))));
      if (failMode === 'open') expect(result).toEqual({ text });
      else expect(isGuardError(result.error) && [result.text, result.error.reason]).toEqual(['', kind]);
    }
    const expected = { failed: 2, failedOpen: failMode === 'open' ? 2 : 0 };
    expect(guards.stats()).toMatchObject({ ...expected, [failMode === 'open' ? 'passed' : 'blocked']: 2 });
    expect(warn).toHaveBeenCalledTimes(1);
    expect(String(warn.mock.calls[0]?.[0])).toContain(`(${kind})`);
    for (const span of log.records()) {
      expect(span).toMatchObject({
        'span.type': 'guardrail',
        'spanline.guardrail.failure': kind,
        'spanline.guardrail.fail_mode': failMode,
        'spanline.guardrail.action': failMode === 'open' ? 'pass' : 'block',
      });
    }
    expect(log.records()).toHaveLength(2);
    expect(JSON.stringify([log.records(), warn.mock.calls])).not.toContain(SECRET);
  });

  test('an input', async () => {
    const { guards } = setUp([blockInput({ rules: matcher({ push: boom }), failMode })]);
    const checked = guards.checkInput(SECRET).then(() => 'passed', isGuardError);
    expect(await checked).toBe(failMode === 'open' ? 'passed' : true);
    expect(guards.stats()).toMatchObject({ failed: 1, failedOpen: failMode === 'open' ? 1 : 0 });
  });

  test('text in a field that is not known', async () => {
    const { log, tracer } = setUp([redactOutput({ rules: detectors({ only: ['EMAIL'] }), failMode })]);
    const engine = new Engine({ guards: [redactOutput({ rules: detectors({ only: ['EMAIL'] }), failMode })], tracer });
    const chunk = { choices: [{ index: 0, delta: { thoughts: SECRET } }] };
    const gated = new GatedStream(piecesOf([chunk, chunk]), new Answer(engine, 'output'), chatCompletionsShape());
    const result = await read(gated);
    expect(isGuardError(result.error) && result.error.reason).toBe(failMode === 'open' ? false : 'unmapped');
    expect(engine.stats).toMatchObject({ failed: 1, failedOpen: failMode === 'open' ? 1 : 0 });
    expect(warn).toHaveBeenCalledTimes(1);
    expect(log.records()).toMatchObject([{ 'spanline.guardrail.failure': 'unmapped' }]);
    expect(JSON.stringify([log.records(), warn.mock.calls])).not.toContain(SECRET);
  });
});

test('a replacement that throws never lets the match pass, also if the guard is open', async () => {
  const rules = detectors({ only: ['EMAIL'] });
  const { guards } = setUp([redactOutput({ rules, failMode: 'open', replacement: boom })]);
  expect(await read(guards.stream(piecesOf(cut(`Write to ${SECRET}.`))))).toEqual({ text: 'Write to [EMAIL].' });
  expect(guards.stats()).toMatchObject({ failed: 1, failedOpen: 1 });
});

test('a guard that holds back too much does not switch off the others', async () => {
  const slow = blockOutput({ name: 'slow', rules: pattern({ pattern: /nothing[^]*nowhere/ }), failMode: 'open' });
  const names = blockOutput({ name: 'names', rules: literals({ texts: ['Blue Heron'] }), failMode: 'open' });
  const { guards } = setUp([slow, names]);
  const { text, error } = await read(guards.stream(piecesOf(cut(`${LONG}Blue Heron`))));
  expect(isGuardError(error) && error.guard).toBe('names');
  expect([LONG.startsWith(text), text.length > 1000]).toEqual([true, true]);
  expect(guards.stats()).toMatchObject({ failed: 1, failedOpen: 1 });
});

test('evidence follows the capture mode, and the span lies below the span of the caller', async () => {
  for (const capture of ['metadata', 'redacted', 'full'] as const) {
    const log = memoryLog();
    const tracer = createTracer({ logger: log.logger, capture });
    const guard = redactOutput({ rules: literals({ name: 'code_names', texts: ['Blue Heron'] }), failMode: 'closed' });
    const guards = createGuards({ guards: [guard], tracer });
    const pieces = cut('The Blue Heron is ready.');
    await tracer.withSpan({ name: 'handle', type: 'chain' }, () => read(guards.stream(piecesOf(pieces))));
    const parent = log.records().find((record) => record['span.name'] === 'handle');
    const span = log.records().find((record) => record['span.type'] === 'guardrail');
    expect([span?.['trace_id'], span?.['parent_span_id']]).toEqual([parent?.['trace_id'], parent?.['span_id']]);
    expect(span).toMatchObject({ 'spanline.guardrail.rule': 'code_names', 'spanline.guardrail.matches': 1 });
    expect(JSON.stringify(log.records()).includes('Blue Heron')).toBe(capture !== 'metadata');
  }
});
