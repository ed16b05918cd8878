import { setTimeout as wait } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createTracer } from '@spanline/core';
import { memoryLog } from '@spanline/core/testing';
import { collectUntil } from '../../../test/support/garbage.ts';
import { stillClock } from '../../../test/support/still-clock.ts';
import { createGuard, createRunRegistry } from '../src/index.ts';

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

describe('an idle run', () => {
  beforeEach(() => vi.useFakeTimers());
  afterEach(() => vi.useRealTimers());

  it('is closed after its time, but not while something inside of it lives', () => {
    const { log, tracer, start } = setUp();
    const runs = createRunRegistry<undefined>({ idleMs: 1000 });
    const root = start('root');
    runs.start('root', root, undefined);
    runs.start('step', tracer.startSpan({ name: 'step', parent: root }), undefined, { parentId: 'root' });
    runs.start('other', start('other'), undefined);
    for (let index = 0; index < 5; index++) {
      vi.advanceTimersByTime(500);
      runs.get('step');
    }
    expect(log.records().map((record) => record['span.name'])).toEqual(['other']);
    vi.advanceTimersByTime(2000);
    expect(log.records().map((record) => record['span.name'])).toEqual(['other', 'step', 'root']);
    expect(runs.size).toBe(0);
  });

  it('that its caller has left is closed after a minute, and one that is waited for after its time', () => {
    const { log, start } = setUp();
    const runs = createRunRegistry<{ left: boolean }>({ isAbandoned: ({ data }) => data.left });
    runs.start('left', start('left'), { left: true });
    runs.start('waited for', start('waited for'), { left: false });
    vi.advanceTimersByTime(59_000);
    expect(log.records()).toEqual([]);
    vi.advanceTimersByTime(10_000);
    expect(log.records().map((record) => record['span.name'])).toEqual(['left']);
    vi.advanceTimersByTime(600_000);
    expect(log.records().map((record) => record['span.name'])).toEqual(['left', 'waited for']);
  });

  it('outlives its request for a minute, because a call in flight may still report its cost', () => {
    const { log, tracer, start } = setUp();
    const runs = createRunRegistry<undefined>({ onClose: () => 'aborted' });
    const request = start('request');
    const call = tracer.startSpan({ name: 'call', parent: request });
    runs.start('call', call, undefined);
    request.end();
    vi.advanceTimersByTime(59_000);
    expect(call.isRecording).toBe(true);
    vi.advanceTimersByTime(10_000);
    expect(log.records().at(-1)).toMatchObject({
      'span.name': 'call',
      'span.status': 'aborted',
      'spanline.late': true,
    });
  });
});

describe('a run whose holder is gone', () => {
  const lose = (keep: (holder: object) => void): void => keep({});

  it('is closed with those around it, the inner ones first, as of when something was last heard', async () => {
    const { log, tracer, start } = setUp();
    const runs = createRunRegistry<undefined>();
    const advance = stillClock();
    const root = start('root');
    const step = tracer.startSpan({ name: 'step', parent: root });
    lose((holder) => runs.start('root', root, undefined, { holder }));
    lose((holder) => runs.start('step', step, undefined, { holder, parentId: 'root' }));
    runs.get('root');
    advance(50);
    runs.get('step');
    advance(5000);
    await collectUntil(() => runs.size === 0);
    const records = log.records();
    expect(records.map((record) => [record['span.name'], record['span.status']])).toEqual([
      ['step', 'abandoned'],
      ['root', 'abandoned'],
    ]);
    for (const record of records) {
      expect(record.duration_ms).toBe(50);
    }
  });

  it('before holders are trusted is closed when they are', async () => {
    const { start, log } = setUp();
    let isTrusted = false;
    const runs = createRunRegistry<undefined>({ trustsHolders: () => isTrusted });
    lose((holder) => runs.start('a', start('a'), undefined, { holder }));
    let isGone = false;
    const registry = new FinalizationRegistry(() => {
      isGone = true;
    });
    lose((holder) => registry.register(holder, undefined));
    await collectUntil(() => isGone);
    await wait(5);
    runs.start('b', start('b'), undefined);
    expect(runs.size).toBe(2);
    isTrusted = true;
    runs.end('b')?.span.end();
    await collectUntil(() => runs.size === 0);
    expect(log.records().map((record) => [record['span.name'], record['span.status']])).toEqual([
      ['b', 'ok'],
      ['a', 'abandoned'],
    ]);
  });

  it('is kept where holders are not trusted, and where it has ended', async () => {
    const { start, log } = setUp();
    const runs = createRunRegistry<undefined>({ trustsHolders: () => false });
    const trusting = createRunRegistry<undefined>();
    lose((holder) => runs.start('a', start('a'), undefined, { holder }));
    lose((holder) => trusting.start('b', start('b'), undefined, { holder }));
    trusting.end('b')?.span.end();
    let isGone = false;
    const registry = new FinalizationRegistry(() => {
      isGone = true;
    });
    lose((holder) => registry.register(holder, undefined));
    await collectUntil(() => isGone);
    expect(runs.size).toBe(1);
    expect(log.records()).toHaveLength(1);
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
