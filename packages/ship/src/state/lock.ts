import { closeSync, openSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { FileActivity } from './file-activity.ts';
import { FILE_MODE } from './file-names.ts';
import { currentProcess, livenessOf, parseIdentity } from './process-identity.ts';

/** The right to ship one folder. */
export interface Lock {
  /** Marks the holder as alive. @returns false when another process has taken over and the holder must stop */
  beat(): boolean;
  release(): void;
}

const LOCK = /^lock-(\d{6,})$/;
/** A holder in another container touches its lock every few seconds. */
const STALE_MS = 30_000;

/** Numbers of the lock files, lowest first. */
function numbersOf(folder: string): number[] {
  return readdirSync(folder)
    .flatMap((name) => LOCK.exec(name)?.[1] ?? [])
    .map(Number)
    .toSorted((a, b) => a - b);
}

const fileOf = (folder: string, number: number): string => join(folder, `lock-${String(number).padStart(6, '0')}`);

function isHeld(path: string, owner: string, activity: FileActivity): boolean {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch {
    return true;
  }
  const holder = parseIdentity(text);
  if (holder?.owner === owner) return false;
  const liveness = holder === undefined ? 'unknown' : livenessOf(holder);
  return liveness === 'alive' || (liveness === 'unknown' && activity.idleMs(path) < STALE_MS);
}

/**
 * Creates a lock file, or none: half a file on a full disk would keep everybody out for a while.
 * @throws the system's error
 */
function create(path: string, text: string): void {
  const file = openSync(path, 'wx', FILE_MODE);
  try {
    writeFileSync(file, text);
  } catch (error) {
    rmSync(path, { force: true });
    throw error;
  } finally {
    closeSync(file);
  }
}

/**
 * Takes the lock of a folder. Locks are numbered. The process that creates the next number holds the lock, and only one
 * process can create it. A holder that was wrongly believed dead sees the higher number at its next beat and stops.
 *
 * @param owner - identifies the holder across restarts of its thread, so that it can take its own lock again
 * @returns `undefined` while another process holds the lock
 */
export function acquireLock(folder: string, owner: string, activity: FileActivity): Lock | undefined {
  try {
    const highest = numbersOf(folder).at(-1) ?? 0;
    if (highest > 0 && isHeld(fileOf(folder, highest), owner, activity)) return undefined;
    const number = highest + 1;
    const path = fileOf(folder, number);
    create(path, JSON.stringify({ ...currentProcess(), owner }));
    if (numbersOf(folder).at(-1) !== number) {
      rmSync(path, { force: true });
      return undefined;
    }
    for (const lower of numbersOf(folder)) if (lower < number) rmSync(fileOf(folder, lower), { force: true });
    return holdLock(folder, number);
  } catch {
    return undefined;
  }
}

function holdLock(folder: string, number: number): Lock {
  const path = fileOf(folder, number);
  return {
    beat() {
      try {
        if (numbersOf(folder).at(-1) !== number) return false;
        const now = new Date();
        utimesSync(path, now, now);
        return true;
      } catch {
        return false;
      }
    },
    release: () => rmSync(path, { force: true }),
  };
}
