/**
 * The account of epsilon: a file to which each publication adds a line before it is printed. A line counts if what
 * counted before it on the same log leaves room for it. All readers decide alike, so that runs at the same time cannot
 * spend more than the total.
 */

import { randomUUID } from 'node:crypto';
import { closeSync, fsyncSync, mkdirSync, openSync, readFileSync, realpathSync, statSync, writeSync } from 'node:fs';
import { dirname, resolve, sep } from 'node:path';
import { isPlainObject, list, SpanlineError } from '@spanline/record';
import { isUrl } from '../../source/index.ts';

/** A publication. Epsilon is in millionths, so that sums are exact. */
interface Entry {
  readonly id: string;
  readonly time: string;
  /** Logs, from {@link logsOf}. */
  readonly logs: readonly string[];
  readonly microEpsilon: number;
  readonly delta: number;
  readonly microTotal: number;
}

/** Sums of the publications of a log. */
export interface Spent {
  readonly epsilon: number;
  readonly delta: number;
}

const FOLDER_MODE = 0o700;
const FILE_MODE = 0o600;
const MICRO = 1e6;
const MAGIC = /[*?[\]{}()!]/;

function logOf(source: string): string {
  if (source === '-') return source;
  if (isUrl(source)) return new URL(source).origin;
  let path = resolve(source);
  while (MAGIC.test(path)) path = dirname(path);
  try {
    path = realpathSync(path);
  } catch {
    return dirname(path);
  }
  return statSync(path).isDirectory() ? path : dirname(path);
}

/** Names of the logs of sources: the folder of a file, which a rotation does not change; the server of a URL; `-`. */
export const logsOf = (sources: readonly string[]): string[] => [...new Set(sources.map(logOf))];

const isInside = (path: string, folder: string): boolean =>
  path === folder || path.startsWith(folder.endsWith(sep) ? folder : `${folder}${sep}`);

/** True if they may have lines in common: one folder is in the other. */
const overlap = (a: readonly string[], b: readonly string[]): boolean =>
  a.some((one) => b.some((other) => isInside(one, other) || isInside(other, one)));

function toEntry(line: string): Entry | undefined {
  try {
    const entry: unknown = JSON.parse(line);
    if (!isPlainObject(entry)) return undefined;
    const { id, time, logs, microEpsilon, delta, microTotal } = entry;
    const isWhole = [microEpsilon, microTotal].every((value) => Number.isSafeInteger(value) && Number(value) > 0);
    const names = list(logs).filter((log) => typeof log === 'string');
    if (!isWhole || names.length === 0 || typeof delta !== 'number' || typeof id !== 'string') return undefined;
    const [cost, total] = [Number(microEpsilon), Number(microTotal)];
    return { id, time: String(time), logs: names, microEpsilon: cost, delta, microTotal: total };
  } catch {
    return undefined;
  }
}

function readEntries(path: string): Entry[] {
  let text = '';
  try {
    text = readFileSync(path, 'utf8');
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== 'ENOENT') throw cause;
  }
  return text.split('\n').flatMap((line, index) => {
    if (line === '') return [];
    const entry = toEntry(line);
    if (entry !== undefined) return entry;
    // Without the account, nobody knows what was spent: nothing is published.
    const problem = `line ${index + 1} of the account of epsilon cannot be read: ${path}`;
    throw new SpanlineError({ code: 'ERR_INVALID_OPTION', problem });
  });
}

/** Sums in millionths of epsilon. */
interface Sum {
  readonly micro: number;
  readonly delta: number;
}

/** Sums of the publications of logs that may have lines in common with these. */
function sumOf(entries: readonly Entry[], logs: readonly string[]): Sum {
  const own = entries.filter((entry) => overlap(entry.logs, logs));
  return {
    micro: own.reduce((sum, { microEpsilon }) => sum + microEpsilon, 0),
    delta: own.reduce((sum, { delta }) => sum + delta, 0),
  };
}

/**
 * The most that is spent of these logs, or of logs that have lines in common with them: what a folder publishes is
 * spent of the folder around it, too.
 */
function mostSpent(entries: readonly Entry[], logs: readonly string[]): Sum {
  const related = entries.filter((entry) => overlap(entry.logs, logs)).map((entry) => entry.logs);
  const distinct = new Map([logs, ...related].map((each) => [each.join('\n'), each]));
  const sums = [...distinct.values()].map((each) => sumOf(entries, each));
  return {
    micro: Math.max(...sums.map(({ micro }) => micro)),
    delta: Math.max(...sums.map(({ delta }) => delta)),
  };
}

/** The entries that count. */
function counting(entries: readonly Entry[]): Entry[] {
  const counted: Entry[] = [];
  for (const entry of entries) {
    if (mostSpent(counted, entry.logs).micro + entry.microEpsilon <= entry.microTotal) counted.push(entry);
  }
  return counted;
}

function append(path: string, entry: Entry): void {
  mkdirSync(dirname(path), { recursive: true, mode: FOLDER_MODE });
  const file = openSync(path, 'a', FILE_MODE);
  try {
    // The line feed in front ends a line that a full disk has cut.
    writeSync(file, `\n${JSON.stringify(entry)}\n`);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}

/** A publication that is asked for. */
export interface Charge {
  readonly logs: readonly string[];
  readonly epsilon: number;
  readonly delta: number;
  /** The most that these logs may spend. */
  readonly total: number;
}

/** The most that is spent of these logs, or of logs in folders of theirs or around theirs. */
export function spentOf(path: string, logs: readonly string[]): Spent {
  const { micro, delta } = mostSpent(counting(readEntries(path)), logs);
  return { epsilon: micro / MICRO, delta };
}

/**
 * Spends epsilon. The file has mode 600.
 *
 * @returns what is spent now; `undefined`, and nothing is spent, if the total does not suffice
 * @throws SpanlineError for a damaged file; the system's error for one that cannot be read or written
 */
export function spend(path: string, { logs, epsilon, delta, total }: Charge): Spent | undefined {
  const microEpsilon = Math.ceil(epsilon * MICRO - 1e-3);
  const microTotal = Math.floor(total * MICRO + 1e-3);
  if (mostSpent(counting(readEntries(path)), logs).micro + microEpsilon > microTotal) return undefined;
  const entry = { id: randomUUID(), time: new Date().toISOString(), logs, microEpsilon, delta, microTotal };
  append(path, entry);
  // Another run may have added a line in between.
  const counted = counting(readEntries(path));
  if (!counted.some(({ id }) => id === entry.id)) return undefined;
  const { micro, delta: sum } = mostSpent(counted, logs);
  return { epsilon: micro / MICRO, delta: sum };
}
