import { closeSync, mkdirSync, openSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { number, props } from '@spanline/record';

/**
 * Counters that processes share, so that a budget holds for all of them. One operation is enough: `INCRBYFLOAT` and
 * `EXPIREAT` of Redis, or an upsert of a table.
 */
export interface BudgetStore {
  /**
   * Adds an amount to a counter in one step, and returns its new value. A counter that does not exist is 0.
   *
   * @param key - such as `2026-11-23`, or `2026-11-23 user 7ee7…` with a hash of the user's id
   * @param usd - US dollars; negative to give back what was reserved, 0 to read
   * @param expiresAt - epoch milliseconds, after which the counter is not needed
   */
  add(key: string, usd: number, expiresAt: number): number | Promise<number>;
}

/** Value and expiry by key. */
type Counters = Record<string, [usd: number, expiresAt: number]>;

/** A lock that was not given back within this time belongs to a process that is gone. */
const LOCK_MS = 250;
const POLL_MS = 1;

const sleeper = new Int32Array(new SharedArrayBuffer(4));

/** Runs work while no other process does. */
function withLock<T>(path: string, work: () => T): T {
  const lock = `${path}.lock`;
  for (;;) {
    try {
      closeSync(openSync(lock, 'wx'));
      break;
    } catch (error) {
      if ((error as { code?: unknown }).code !== 'EEXIST') throw error;
      const heldSince = statSync(lock, { throwIfNoEntry: false })?.mtimeMs ?? Date.now();
      if (Date.now() - heldSince > LOCK_MS) rmSync(lock, { force: true });
      else Atomics.wait(sleeper, 0, 0, POLL_MS);
    }
  }
  try {
    return work();
  } finally {
    rmSync(lock, { force: true });
  }
}

function read(path: string): Counters {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    if ((error as { code?: unknown }).code === 'ENOENT') return {};
    throw error;
  }
  return props(JSON.parse(text)) as Counters;
}

/**
 * Keeps the counters of a budget in a file, for the processes of one host. Each call takes the file for about a tenth
 * of a millisecond.
 *
 * @example
 * ```ts
 * import { budget, fileBudgetStore } from '@spanline/monitor';
 *
 * const store = fileBudgetStore('state/budget.json');
 * const beforeCall = budget({ perDayUsd: 50, onExceeded: 'throw', store });
 * ```
 */
export function fileBudgetStore(path: string): BudgetStore {
  mkdirSync(dirname(path), { recursive: true });
  return {
    add(key, usd, expiresAt) {
      return withLock(path, () => {
        const counters = read(path);
        const value = (number(counters[key]?.[0]) ?? 0) + usd;
        if (usd === 0) return value;
        const now = Date.now();
        const kept = Object.entries(counters).filter(([other, [, until]]) => other !== key && until > now);
        const draft = `${path}.${process.pid}.tmp`;
        writeFileSync(draft, JSON.stringify({ ...Object.fromEntries(kept), [key]: [value, expiresAt] }), {
          mode: 0o600,
        });
        renameSync(draft, path);
        return value;
      });
    },
  };
}
