import { describe, expect, it } from 'vitest';
import type { TailOptions, TracerOptions } from '../../src/api/index.ts';
import { createTracer, SpanlineError } from '../../src/index.ts';
import { memoryLog, tree } from '../../src/testing.ts';

function setUp(tail: TailOptions, options: TracerOptions = {}) {
  const log = memoryLog();
  let seen = 0;
  const tracer = createTracer({
    logger: log.logger,
    statsIntervalSeconds: 0,
    sampling: { ratio: 0, tail },
    ...options,
  });
  tracer.onRecord(() => void seen++);
  const run = (name: string, work: () => void = () => {}): void => {
    tracer.withSpan({ name, type: 'chain' }, () => {
      tracer.withSpan({ name: 'child', type: 'tool' }, () => 1);
      work();
    });
  };
  return { log, tracer, run, seen: () => seen };
}

describe('tail sampling', () => {
  it('writes whole traces in which something failed, and says why', () => {
    const { log, run, tracer, seen } = setUp({});
    run('fine');
    run('broken', () => tracer.startSpan({ name: 'bad', type: 'llm' }).fail(new Error('boom')).end());
    expect(tree(log.records())).toBe('chain broken\n  tool child\n  llm bad [error]');
    for (const record of log.records()) {
      expect(record).toMatchObject({ 'spanline.sample.reason': 'error', 'spanline.sample.ratio': 1 });
    }
    expect(tracer.stats()).toMatchObject({ emitted: 3, sampledOut: 2 });
    expect(seen()).toBe(5);
  });

  it.each<[string, TailOptions, (tracer: ReturnType<typeof createTracer>) => void]>([
    [
      'cost',
      { costAboveUsd: 0.5 },
      (tracer) => tracer.startSpan({ name: 'x', type: 'llm' }).set({ 'spanline.cost.usd': 1 }).end(),
    ],
    [
      'tokens',
      { tokensAbove: 100 },
      (tracer) => tracer.startSpan({ name: 'x', type: 'llm' }).set({ 'gen_ai.usage.input_tokens': 101 }).end(),
    ],
    [
      'label',
      { labels: { plan: 'pro' } },
      (tracer) => tracer.startSpan({ name: 'x', type: 'task' }).label('plan', 'pro').end(),
    ],
    ['custom', { keep: ({ records }) => records.length === 3 }, (tracer) => tracer.startSpan({ name: 'x' }).end()],
  ])('keeps by %s', (reason, tail, work) => {
    const { log, run, tracer } = setUp(tail);
    run('plain');
    expect(log.records()).toEqual([]);
    run('kept', () => work(tracer));
    expect(log.records().map((record) => record['spanline.sample.reason'])).toEqual([reason, reason, reason]);
  });

  it('keeps what was slow', () => {
    let now = 0;
    const clock = { now: () => 1_764_000_000_000 + now, monotonic: () => now };
    const { log, run } = setUp({ slowerThanMs: 500 }, { clock });
    run('fast');
    run('slow', () => void (now += 501));
    expect(log.records().map((record) => record['span.name'])).toEqual(['child', 'slow']);
  });

  it('keeps the rest by ratio, so that counts can be weighted', () => {
    const log = memoryLog();
    const tracer = createTracer({ logger: log.logger, statsIntervalSeconds: 0, sampling: { ratio: 0.3, tail: {} } });
    for (let index = 0; index < 600; index++) tracer.startSpan({ name: 'root', type: 'chain' }).end();
    const records = log.records();
    expect(records.length).toBeGreaterThan(110);
    expect(records.length).toBeLessThan(260);
    expect(
      new Set(records.map((record) => `${record['spanline.sample.reason']} ${record['spanline.sample.ratio']}`)),
    ).toEqual(new Set(['ratio 0.3']));
  });

  it('lets late spans follow their trace, and writes late errors of dropped ones', () => {
    const { log, tracer } = setUp({ labels: { keep: true } });
    const late = (kept: boolean, failed: boolean): void => {
      const root = tracer.startSpan({ name: 'root', type: 'chain' });
      const child = tracer.startSpan({ name: 'late', type: 'tool', parent: root });
      if (kept) root.label('keep', true);
      root.end();
      if (failed) child.fail(new Error('late'));
      child.end();
    };
    late(true, false);
    expect(log.records().map((record) => record['span.name'])).toEqual(['root', 'late']);
    log.clear();
    late(false, false);
    expect(log.records()).toEqual([]);
    late(false, true);
    expect(log.records().map((record) => record['spanline.sample.reason'])).toEqual(['late_error']);
  });

  it('writes what it cannot hold, and what is left when the process shuts down', async () => {
    const { log, tracer } = setUp({ maxTraces: 2 });
    const roots = ['a', 'b', 'c'].map((name) => {
      const root = tracer.startSpan({ name, type: 'chain', parent: null });
      tracer.startSpan({ name: `${name} child`, type: 'tool', parent: root }).end();
      return root;
    });
    expect(log.records().map((record) => [record['span.name'], record['spanline.sample.reason']])).toEqual([
      ['a child', 'overflow'],
    ]);
    roots[0]?.end();
    expect(log.records()).toHaveLength(2);
    await tracer.shutdown();
    expect(log.records().filter((record) => record['spanline.sample.reason'] === 'shutdown')).toHaveLength(4);
  });

  it('always writes scores', () => {
    const { log, tracer } = setUp({});
    tracer.withSpan('root', () => tracer.score({ name: 'helpful', value: 1 }));
    expect(log.lines().map((line) => line['event.name'])).toEqual(['gen_ai.evaluation.result']);
  });

  it('refuses rules that are none', () => {
    expect(() => setUp({ slowerThanMs: -1 })).toThrow(SpanlineError);
    expect(() => setUp({ keep: 'errors' as never })).toThrow(/sampling\.tail\.keep/);
    expect(() => setUp({}, { sampling: { spans: 'few' as never } })).toThrow(/sampling\.spans/);
  });
});

describe('one wide line per request', () => {
  it('is the root with its roll-up, and failed spans', () => {
    const { log, run, tracer } = setUp({}, { sampling: { spans: 'roots' } });
    run('fine');
    run('broken', () => tracer.startSpan({ name: 'bad', type: 'llm' }).fail(new Error('boom')).end());
    expect(log.records().map((record) => record['span.name'])).toEqual(['fine', 'bad', 'broken']);
    expect(log.records()[0]).toMatchObject({ 'spanline.rollup.spans': 2 });
  });
});
