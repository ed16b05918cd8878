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

/** Another process took the lock first, or the folder is gone. */
const TAKEN: ReadonlySet<unknown> = new Set(['EEXIST', 'ENOENT']);
const LOCK = /^lock-(\d{6,})$/;
/** How often a holder touches its lock, in milliseconds. */
export const BEAT_MS = 5000;
const STALE_MS = 30_000;
/**
 * A lock without a text was left by a process that was killed between creating and writing it. One that is only slow
 * finds a higher number when it has written its own, and gives up.
 */
const UNWRITTEN_MS = 1000;

/** Whether a lock is held. `unclear`: its holder runs elsewhere, and was neither seen alive nor silent for long. */
type Holding = 'free' | 'held' | 'unclear';

/** Numbers of the lock files, lowest first. */
function numbersOf(folder: string): number[] {
  return readdirSync(folder)
    .flatMap((name) => LOCK.exec(name)?.[1] ?? [])
    .map(Number)
    .toSorted((a, b) => a - b);
}

const fileOf = (folder: string, number: number): string => join(folder, `lock-${String(number).padStart(6, '0')}`);

function holdingOf(path: string, owner: string, activity: FileActivity): Holding {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch {
    return 'held';
  }
  const holder = parseIdentity(text);
  if (holder?.owner === owner) return 'free';
  if (holder === undefined) return activity.idleMs(path) < UNWRITTEN_MS ? 'unclear' : 'free';
  const liveness = livenessOf(holder);
  if (liveness !== 'unknown') return liveness === 'alive' ? 'held' : 'free';
  if (activity.idleMs(path) >= STALE_MS) return 'free';
  return activity.hasChanged(path) ? 'held' : 'unclear';
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
 * @returns `held` while another process holds the lock; `unclear` until it is known whether one does
 * @throws the system's error if the lock cannot be written
 */
export function acquireLock(folder: string, owner: string, activity: FileActivity): Lock | 'held' | 'unclear' {
  try {
    const highest = numbersOf(folder).at(-1) ?? 0;
    const holding = highest === 0 ? 'free' : holdingOf(fileOf(folder, highest), owner, activity);
    if (holding !== 'free') return holding;
    const number = highest + 1;
    const path = fileOf(folder, number);
    create(path, JSON.stringify({ ...currentProcess(), owner }));
    if (numbersOf(folder).at(-1) !== number) {
      rmSync(path, { force: true });
      return 'held';
    }
    for (const lower of numbersOf(folder)) if (lower < number) rmSync(fileOf(folder, lower), { force: true });
    return holdLock(folder, number);
  } catch (error) {
    if (TAKEN.has((error as NodeJS.ErrnoException).code)) return 'held';
    throw error;
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
    release() {
      try {
        rmSync(path, { force: true });
      } catch {
        // The disk may not be written any more. The lock is free once this process is gone.
      }
    },
  };
}
