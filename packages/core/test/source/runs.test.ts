import { describe, expect, it } from 'vitest';
import { createTracer } from '../../src/index.ts';
import { createGuard, createRunRegistry } from '../../src/source/index.ts';
import { memoryLog } from '../../src/testing.ts';

function setUp() {
  const log = memoryLog();
  const tracer = createTracer({ service: { name: 'test' }, logger: log.logger, statsIntervalSeconds: 0 });
  return { log, tracer, start: (name: string) => tracer.startSpan({ name, type: 'task' }) };
}

describe('the run registry', () => {
  it('closes the run that was idle longest when there are too many', () => {
    const { log, start } = setUp();
    const runs = createRunRegistry<string>({ maxRuns: 2 });
    runs.start('a', start('a'), '');
    runs.start('b', start('b'), '');
    runs.get('a');
    runs.start('c', start('c'), '');
    expect(log.records().map((record) => [record['span.name'], record['span.status']])).toEqual([['b', 'abandoned']]);
    expect([runs.get('a')?.span.name, runs.get('b'), runs.size]).toEqual(['a', undefined, 2]);
    runs.clear();
    expect(runs.size).toBe(0);
  });

  it('refuses a second start of the same run', () => {
    const { start } = setUp();
    const runs = createRunRegistry<number>();
    expect(runs.start('a', start('a'), 1)).toBe(true);
    expect(runs.start('a', start('again'), 2)).toBe(false);
    expect(runs.end('a')?.data).toBe(1);
    expect(runs.end('a')).toBeUndefined();
  });

  it('keeps memory flat over 100,000 runs that never end', () => {
    const { log, tracer, start } = setUp();
    const runs = createRunRegistry<undefined>({ maxRuns: 100 });
    for (let index = 0; index < 100_000; index++) {
      runs.start(String(index), start('run'), undefined);
      if (index % 1000 === 0) log.clear();
    }
    expect(runs.size).toBe(100);
    expect(tracer.stats().open).toBe(100);
  });
});

describe('the guard', () => {
  it('counts what it swallows', () => {
    const { tracer } = setUp();
    const guard = createGuard(tracer);
    const failed = guard('test', (): number => {
      throw new Error('ours');
    });
    expect([failed, guard('test', () => 1), tracer.stats().internalErrors]).toEqual([undefined, 1, 1]);
  });
});
