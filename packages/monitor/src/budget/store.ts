import { closeSync, fstatSync, mkdirSync, openSync, readdirSync, readSync, rmSync, writeSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { BoundedMap } from '@spanline/record';

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

/** A file as this process knows it: the sums of its lines up to a position. */
interface Journal {
  readonly path: string;
  readonly sums: Map<string, number>;
  inode: number;
  position: number;
}

const CHUNK_BYTES = 65_536;
const NEWLINE = 0x0a;

/** A line that was cut off by a full disk is left out. */
function addLine(sums: Map<string, number>, line: string): void {
  try {
    const [key, usd] = JSON.parse(line) as [unknown, unknown];
    if (typeof key === 'string' && typeof usd === 'number') sums.set(key, (sums.get(key) ?? 0) + usd);
  } catch {
    // The next line has one of its own.
  }
}

/** Adds the lines that any process has appended since. */
function readOn(journal: Journal, file: number): void {
  const chunk = Buffer.allocUnsafe(CHUNK_BYTES);
  for (;;) {
    const length = readSync(file, chunk, 0, CHUNK_BYTES, journal.position);
    const end = chunk.subarray(0, length).lastIndexOf(NEWLINE) + 1;
    if (end === 0) return;
    for (const line of chunk.toString('utf8', 0, end).split('\n')) if (line !== '') addLine(journal.sums, line);
    journal.position += end;
  }
}

/** Appends a line, and reads on up to the end. A file that somebody has removed or emptied begins anew. */
function append(journal: Journal, line: string): void {
  const file = openSync(journal.path, 'a+', 0o600);
  try {
    const { ino, size } = fstatSync(file);
    if (ino !== journal.inode || size < journal.position) {
      journal.inode = ino;
      journal.position = 0;
      journal.sums.clear();
    }
    if (line !== '') writeSync(file, line);
    readOn(journal, file);
  } finally {
    closeSync(file);
  }
}

const LAST_DAY = Date.UTC(9999, 11, 31);

/** The day after which a counter is not needed. */
function dayOf(expiresAt: number): string {
  return new Date(Math.min(expiresAt, LAST_DAY)).toISOString().slice(0, 10);
}

/** Removes the files of days that are over. */
function removeExpired(path: string): void {
  const prefix = `${basename(path)}.`;
  const today = dayOf(Date.now());
  for (const name of readdirSync(dirname(path))) {
    const day = name.startsWith(prefix) ? name.slice(prefix.length) : '';
    if (/^\d{4}-\d\d-\d\d$/.test(day) && day < today) rmSync(join(dirname(path), name), { force: true });
  }
}

/** As many days have counters at once, at most. */
const MAX_JOURNALS = 8;

/**
 * Keeps the counters of a budget in files, for the processes of one host. Each amount is a line that is appended to
 * `<path>.<day>`, and a counter is the sum of its lines. So no process waits for another, and no amount is lost when
 * one is killed or stands still. A file is removed when its day is over. One amount takes about 50 bytes.
 *
 * @example
 * ```ts
 * import { budget, fileBudgetStore } from '@spanline/monitor';
 *
 * const store = fileBudgetStore('state/budget');
 * const beforeCall = budget({ perDayUsd: 50, onExceeded: 'throw', store });
 * ```
 */
export function fileBudgetStore(path: string): BudgetStore {
  mkdirSync(dirname(path), { recursive: true });
  const journals = new BoundedMap<string, Journal>(MAX_JOURNALS);

  function journalOf(day: string): Journal {
    let journal = journals.get(day);
    if (journal === undefined) {
      removeExpired(path);
      journals.set(day, (journal = { path: `${path}.${day}`, sums: new Map(), inode: 0, position: 0 }));
    }
    return journal;
  }

  return {
    add(key, usd, expiresAt) {
      const journal = journalOf(dayOf(expiresAt));
      // A line that a full disk has cut off ends before it.
      append(journal, usd === 0 ? '' : `\n${JSON.stringify([key, usd])}\n`);
      return journal.sums.get(key) ?? 0;
    },
  };
}
