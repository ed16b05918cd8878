import { describe, expect, it } from 'vitest';
import { createTracer, parseLine, type SpanRecord, type Tracer, type TracerOptions } from '@spanline/core';
import { type MemoryLog, memoryLog } from '@spanline/core/testing';
import { createEvals, type Evals, feedback, type Feedback, field } from '@spanline/evals';

interface World {
  readonly log: MemoryLog;
  readonly tracer: Tracer;
  readonly evals: Evals;
  spans(): SpanRecord[];
}

function setUp(functions: Feedback[], options: TracerOptions = {}, more: object = {}): World {
  const log = memoryLog();
  const tracer = createTracer({ logger: log.logger, statsIntervalSeconds: 0, ...options });
  const evals = createEvals({ tracer, feedback: functions, ...more });
  const spans = (): SpanRecord[] =>
    log.lines().flatMap((line) => {
      const parsed = parseLine(line);
      return parsed?.kind === 'span' ? [parsed.record] : [];
    });
  return { log, tracer, evals, spans };
}

/** Scores an answer by the number that it is. */
const mark = (keep: object, more: object = {}): Feedback =>
  feedback({ name: 'mark', on: { answer: field.answer }, fn: ({ answer }) => Number(answer), keep, ...more });

/** A request with one step; its answer is its mark. */
function answer(tracer: Tracer, text: string): void {
  tracer.withSpan({ name: 'POST /ask', type: 'http' }, (root) => {
    root.output(text);
    tracer.withSpan({ name: 'step', type: 'chain' }, () => undefined);
  });
}

const TAIL = { sampling: { ratio: 0, tail: {} } } as const satisfies TracerOptions;

describe('tail sampling', () => {
  it('waits for the scores of a trace, and keeps those with a low one', async () => {
    const { tracer, evals, spans } = setUp([mark({ below: 0.5 })], TAIL);
    answer(tracer, '0.2');
    answer(tracer, '0.8');
    expect(spans()).toEqual([]);
    await evals.settled();
    expect(spans().map((span) => [span['span.name'], span['spanline.sample.reason']])).toEqual([
      ['step', 'score'],
      ['POST /ask', 'score'],
    ]);
    expect(tracer.stats().sampledOut).toBe(2);
  });

  it('waits for the slowest of several, also if it fails', async () => {
    let fail = (): void => undefined;
    const slow = feedback({
      name: 'slow',
      on: { answer: field.answer },
      fn: () => new Promise<number>((_, reject) => (fail = () => reject(new Error('no judge')))),
      keep: { below: 1 },
    });
    const { tracer, evals } = setUp([mark({ below: 0.5 }), slow], TAIL);
    answer(tracer, '0.8');
    await new Promise(setImmediate);
    await new Promise(setImmediate);
    expect(tracer.stats().sampledOut).toBe(0);
    fail();
    await evals.settled();
    expect(evals.stats()).toMatchObject({ scored: 1, failed: 1 });
    expect(tracer.stats().sampledOut).toBe(2);
  });

  it('keeps a trace at once whose other rules keep it, and one whose late span failed', async () => {
    const { tracer, evals, spans } = setUp([mark({ below: 0.5 })], TAIL);
    expect(() =>
      tracer.withSpan({ name: 'failed', type: 'http' }, (span) => {
        span.output('0.8');
        throw new Error('boom');
      }),
    ).toThrow();
    expect(spans()).toHaveLength(1);
    const root = tracer.startSpan({ name: 'root', type: 'http' }).output('0.8');
    const late = tracer.startSpan({ name: 'late', type: 'tool', parent: root });
    root.end();
    late.fail(new Error('late')).end();
    expect(spans().map((span) => span['span.name'])).toEqual(['failed', 'root', 'late']);
    await evals.settled();
    expect(spans()).toHaveLength(3);
  });

  it('does not wait for a score that is not computed: a full queue, a trace outside the sample', async () => {
    const { tracer, evals } = setUp([mark({ below: 0.5 }), mark({ below: 0.5 }, { sample: 0 })], TAIL, { queue: 1 });
    answer(tracer, '0.2');
    answer(tracer, '0.2');
    expect(evals.stats()).toMatchObject({ dropped: 1, sampledOut: 2 });
    expect(tracer.stats().sampledOut).toBe(2);
    await evals.settled();
    expect(tracer.stats().sampledOut).toBe(2);
  });

  it('writes what waits when the tracer shuts down', async () => {
    const never = feedback({
      name: 'never',
      on: { answer: field.answer },
      fn: () => new Promise<number>(() => undefined),
      keep: { below: 1 },
    });
    const { tracer, spans } = setUp([never], TAIL);
    answer(tracer, '0.8');
    await tracer.shutdown();
    expect(spans().map((span) => span['spanline.sample.reason'])).toEqual(['shutdown', 'shutdown']);
  });

  it.each([
    ['a yes', { above: 0.5 }, () => true, 2],
    ['a no', { above: 0.5 }, () => false, 0],
    ['a label', { labels: ['rude'] }, () => 'rude', 2],
    ['the label of a number', { labels: ['bad'] }, () => ({ value: 3, label: 'bad' }), 2],
    ['another label', { labels: ['rude'] }, () => 'kind', 0],
  ])('keeps by %s', async (_, keep, fn, kept) => {
    const judge = feedback({ name: 'mark', on: { answer: field.answer }, fn, keep });
    const { tracer, evals, spans } = setUp([judge], TAIL);
    answer(tracer, 'x');
    await evals.settled();
    expect(spans()).toHaveLength(kept);
  });
});

describe('capture', () => {
  /** A model call that is scored, and steps that end after its score. */
  async function converse({ tracer, evals }: World): Promise<void> {
    const root = tracer.startSpan({ name: 'POST /ask', type: 'http', input: 'question of Ada' });
    const before = tracer.startSpan({ name: 'before', type: 'chain', parent: root, input: 'a' });
    before.end();
    const open = tracer.startSpan({ name: 'open', type: 'chain', parent: root, input: 'b' });
    tracer.startSpan({ name: 'chat', type: 'llm', parent: root }).output('0.2').end();
    await evals.settled();
    open.end();
    tracer.startSpan({ name: 'after', type: 'chain', parent: root, input: 'c' }).end();
    root.end();
  }

  it('is raised for the spans that end after the score, and the line says why', async () => {
    const world = setUp([mark({ below: 0.5, capture: 'full' }, { when: 'llm' })], { capture: 'metadata' });
    await converse(world);
    expect(
      world.spans().map((span) => [span['span.name'], span['spanline.input'], span['spanline.capture.override']]),
    ).toEqual([
      ['before', undefined, undefined],
      ['chat', undefined, undefined],
      ['open', '"b"', 'score:mark'],
      ['after', '"c"', 'score:mark'],
      ['POST /ask', '"question of Ada"', 'score:mark'],
    ]);
  });

  it('stays as it is without the option, and for a good score', async () => {
    for (const keep of [{ below: 0.5 }, { below: 0.1, capture: 'full' }]) {
      const world = setUp([mark(keep, { when: 'llm' })], { capture: 'metadata' });
      await converse(world);
      expect(world.spans().every((span) => span['spanline.input'] === undefined)).toBe(true);
    }
  });

  it('may be decided by a policy, which sees the scores of evaluators', async () => {
    const world = setUp([mark({}, { when: 'llm' })], {
      capture: ({ scores }) => (Number(scores['mark'] ?? 1) < 0.5 ? 'full' : 'metadata'),
    });
    await converse(world);
    expect(world.spans().map((span) => span['spanline.input'])).toEqual([
      undefined,
      undefined,
      '"b"',
      '"c"',
      '"question of Ada"',
    ]);
  });
});
