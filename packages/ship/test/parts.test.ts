import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createAckTracker } from '../src/engine/ack-tracker.ts';
import { createBatchPool } from '../src/engine/batch-pool.ts';
import { createLimiter } from '../src/engine/limiter.ts';
import { createRetryGate, type RetryGate } from '../src/engine/retry-gate.ts';
import { acquireLock } from '../src/state/lock.ts';
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
  const idleFor = (ms: number): { idleMs: () => number } => ({ idleMs: () => ms });

  it('is held by one, and free when that one has let go', () => {
    const folder = temporaryFolder();
    const first = acquireLock(folder, 'first', idleFor(1e9));
    expect(first?.beat()).toBe(true);
    expect(acquireLock(folder, 'second', idleFor(1e9))).toBeUndefined();
    first?.release();
    expect(acquireLock(folder, 'second', idleFor(1e9))?.beat()).toBe(true);
  });

  it('belongs to a holder again whose thread was started anew', () => {
    const folder = temporaryFolder();
    const before = acquireLock(folder, 'same', idleFor(0));
    expect(acquireLock(folder, 'same', idleFor(0))?.beat()).toBe(true);
    expect(before?.beat()).toBe(false);
    expect(readdirSync(folder)).toHaveLength(1);
  });

  it.each([
    ['is taken over from a process that is gone', { ...currentProcess(), pid: 2 ** 22 + 1 }, 0, true],
    ['is taken over from a pid that another process has now', { ...currentProcess(), started: '1' }, 0, true],
    ['is left to another container that beats', { ...currentProcess(), machine: 'other' }, 29_000, false],
    [
      'is taken over from another container that has stopped beating',
      { ...currentProcess(), machine: 'other' },
      30_000,
      true,
    ],
    ['is taken over when its file is torn', undefined, 30_000, true],
  ])('%s', (_, identity, idleMs, expected) => {
    const folder = temporaryFolder();
    const text = identity === undefined ? '{"mach' : JSON.stringify({ ...identity, owner: 'other' });
    writeFileSync(join(folder, 'lock-000007'), text);
    expect(acquireLock(folder, 'me', idleFor(idleMs)) !== undefined).toBe(expected);
  });
});

describe('a process', () => {
  it('is alive, gone, or unknown when it runs elsewhere', () => {
    expect(livenessOf(currentProcess())).toBe('alive');
    expect(livenessOf({ ...currentProcess(), pid: 2 ** 22 + 1 })).toBe('gone');
    expect(livenessOf({ ...currentProcess(), machine: 'elsewhere' })).toBe('unknown');
  });
});
