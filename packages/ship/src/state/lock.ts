import { closeSync, openSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { FILE_MODE } from '../spool/layout.ts';
import { fateOf, parseIdentity, selfIdentity } from './identity.ts';
import type { Stillness } from './stillness.ts';

/** The right to ship one folder. */
export interface Lock {
  /** Says that the holder lives; false when another has taken over, and the holder must stop. */
  beat(): boolean;
  release(): void;
}

const LOCK = /^lock-(\d{6,})$/;
/** A holder of another container beats every few seconds. */
const STALE_MS = 30_000;

/** Numbers of the lock files, lowest first. */
function numbersOf(folder: string): number[] {
  return readdirSync(folder)
    .flatMap((name) => LOCK.exec(name)?.[1] ?? [])
    .map(Number)
    .toSorted((a, b) => a - b);
}

const fileOf = (folder: string, number: number): string => join(folder, `lock-${String(number).padStart(6, '0')}`);

function isHeld(path: string, owner: string, stillness: Stillness): boolean {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch {
    return true;
  }
  const holder = parseIdentity(text);
  if (holder?.owner === owner) return false;
  const fate = holder === undefined ? 'unknown' : fateOf(holder);
  return fate === 'alive' || (fate === 'unknown' && stillness.stillMs(path) < STALE_MS);
}

/** A lock that a full disk took half of would hold off everybody for a while. @throws the system's error */
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
 * Takes the lock of a folder. Locks are numbered: whoever creates the next number holds it, which only one can, and a holder that was believed dead sees the higher number at its
 * next beat and stops.
 *
 * @param owner - names the holder across restarts of its thread; it takes its own lock again
 * @returns `undefined` while another holds it
 */
export function acquireLock(folder: string, owner: string, stillness: Stillness): Lock | undefined {
  try {
    const highest = numbersOf(folder).at(-1) ?? 0;
    if (highest > 0 && isHeld(fileOf(folder, highest), owner, stillness)) return undefined;
    const number = highest + 1;
    const path = fileOf(folder, number);
    create(path, JSON.stringify({ ...selfIdentity(), owner }));
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
