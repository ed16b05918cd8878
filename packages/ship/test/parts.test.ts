import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createAckTracker } from '../src/engine/ack-tracker.ts';
import { createBatchPool } from '../src/engine/batch-pool.ts';
import { createLimiter } from '../src/engine/limiter.ts';
import { createRetryGate, type RetryGate } from '../src/engine/retry-gate.ts';
import type { FileActivity } from '../src/state/file-activity.ts';
import { acquireLock, type Lock } from '../src/state/lock.ts';
import { currentProcess, livenessOf } from '../src/state/process-identity.ts';
import { temporaryFolder } from './support/folder.ts';

describe('the gate of a sink', () => {
  const timing = { minMs: 40, maxMs: 80, pauseMs: 1000 };
  const isOpen = async (gate: RetryGate): Promise<boolean> => {
    const isStillShut = new Promise<boolean>((resolve) => {
      setTimeout(() => resolve(false), 1);
    });
    return Promise.race([gate.wait(new AbortController().signal).then(() => true), isStillShut]);
  };

  it('stays shut for what a server asks for, also when another request is taken meanwhile', async () => {
    const gate = createRetryGate(timing);
    gate.failed('429', 60_000);
    expect(gate.succeeded()).toBe(true);
    expect(await isOpen(gate)).toBe(false);
  });

  it('does not hurry back to a server that asks for no time', async () => {
    const gate = createRetryGate(timing);
    gate.failed('429', 0);
    expect(await isOpen(gate)).toBe(false);
    await gate.wait(new AbortController().signal);
    expect(await isOpen(gate)).toBe(true);
  });
});

describe('the number of requests at once', () => {
  it('halves when the target has too many, grows again by and by, and is never below one', async () => {
    const limiter = createLimiter(8);
    limiter.throttled();
    expect(limiter.limit).toBe(4);
    for (let times = 0; times < 10; times++) limiter.throttled();
    expect(limiter.limit).toBe(1);
    const leave = await limiter.enter();
    let isIn = false;
    const second = limiter.enter().then((leaveToo) => {
      isIn = true;
      return leaveToo;
    });
    await Promise.resolve();
    expect(isIn).toBe(false);
    leave();
    leave();
    (await second)();
    for (let times = 0; times < 100; times++) limiter.accepted();
    expect(limiter.limit).toBe(8);
  });
});

describe('the batches of a sink', () => {
  it('are as many as requests run at once and one, first come, first served, and a sink that stops waits for none', async () => {
    const pool = createBatchPool({ bytes: 1, entries: 1, lingerMs: 1, concurrency: 2 });
    const { signal } = new AbortController();
    const taken = [await pool.take(signal), await pool.take(signal), await pool.take(signal)];
    expect(new Set(taken).size).toBe(3);
    const stop = new AbortController();
    const came: string[] = [];
    const stopped = pool.take(stop.signal).then((batch) => came.push(batch === undefined ? 'stopped' : 'wrong'));
    const waiting = ['a', 'b'].map((name) => pool.take(signal).then(() => came.push(name)));
    stop.abort();
    await stopped;
    for (const batch of taken.slice(0, 2)) if (batch !== undefined) pool.giveBack(batch);
    await Promise.all(waiting);
    expect(came).toEqual(['stopped', 'a', 'b']);
  });
});

describe('the checkpoint', () => {
  it('is the end of the last batch before which every batch is settled, in whatever order they are', () => {
    fc.assert(
      fc.property(fc.shuffledSubarray([0, 1, 2, 3, 4, 5, 6, 7]), (order) => {
        const acks = createAckTracker(undefined);
        const settle = Array.from({ length: 8 }, (_, n) => acks.open({ file: 'a', offset: n }));
        const settled = new Set<number>();
        for (const n of order) {
          settle[n]?.();
          settled.add(n);
          let reached = -1;
          while (settled.has(reached + 1)) reached++;
          expect(acks.acked?.offset ?? -1).toBe(reached);
        }
      }),
    );
  });
});

describe('the lock', () => {
  const idleFor = (ms: number, hasChanged = false): FileActivity => ({
    idleMs: () => ms,
    hasChanged: () => hasChanged,
  });
  const take = (folder: string, owner: string, activity = idleFor(1e9)): Lock => {
    const taken = acquireLock(folder, owner, activity);
    if (typeof taken === 'string') throw new Error(taken);
    return taken;
  };

  it('is held by one, and free when that one has let go', () => {
    const folder = temporaryFolder();
    const first = take(folder, 'first');
    expect(first.beat()).toBe(true);
    expect(acquireLock(folder, 'second', idleFor(1e9))).toBe('held');
    first.release();
    expect(take(folder, 'second').beat()).toBe(true);
  });

  it('belongs to a holder again whose thread was started anew', () => {
    const folder = temporaryFolder();
    const before = take(folder, 'same', idleFor(0));
    expect(take(folder, 'same', idleFor(0)).beat()).toBe(true);
    expect(before.beat()).toBe(false);
    expect(readdirSync(folder)).toHaveLength(1);
  });

  const other = { ...currentProcess(), machine: 'other' };
  it.each([
    ['is taken over from a process that is gone', { ...currentProcess(), pid: 2 ** 22 + 1 }, idleFor(0), 'free'],
    [
      'is taken over from a pid that another process has now',
      { ...currentProcess(), started: '1' },
      idleFor(0),
      'free',
    ],
    ['is left to another container that beats', other, idleFor(29_000, true), 'held'],
    ['of another container is unclear until that one beats', other, idleFor(29_000), 'unclear'],
    ['is taken over from another container that has stopped beating', other, idleFor(30_000, true), 'free'],
    ['is taken over when its file is torn', '{"mach', idleFor(1000), 'free'],
    ['that was created and not written is unclear for a second', '', idleFor(999), 'unclear'],
    ['that was created and not written is taken over then', '', idleFor(1000), 'free'],
  ])('%s', (_, holder, activity, expected) => {
    const folder = temporaryFolder();
    const text = typeof holder === 'string' ? holder : JSON.stringify({ ...holder, owner: 'other' });
    writeFileSync(join(folder, 'lock-000007'), text);
    const taken = acquireLock(folder, 'me', activity);
    expect(typeof taken === 'string' ? taken : 'free').toBe(expected);
  });
});

describe('a process', () => {
  it('is alive, gone, or unknown when it runs elsewhere', () => {
    expect(livenessOf(currentProcess())).toBe('alive');
    expect(livenessOf({ ...currentProcess(), pid: 2 ** 22 + 1 })).toBe('gone');
    expect(livenessOf({ ...currentProcess(), machine: 'elsewhere' })).toBe('unknown');
  });
});
