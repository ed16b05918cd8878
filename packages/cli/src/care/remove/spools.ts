/** Spools: nobody may ship a segment while it is rewritten. */

import { statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { acquireLock, type Lock, watchFileActivity, WRITER_FILE, writerLiveness } from '@spanline/ship/internal';
import { Refusal } from './replace-file.ts';

/** The locks of writers' folders. */
export interface SpoolLocks {
  /** @throws Refusal while a shipper, or an application on another machine, works on the folder of a segment */
  take(segment: string): void;
  release(): void;
}

/** A writer on another machine, or in another container, touches its file every ten seconds. */
const ABANDONED_MS = 600_000;

function isElsewhere(folder: string): boolean {
  if (writerLiveness(folder) !== 'unknown') return false;
  const stats = statSync(join(folder, WRITER_FILE), { throwIfNoEntry: false });
  return stats !== undefined && Date.now() - stats.mtimeMs < ABANDONED_MS;
}

/** Creates the locks of one run. */
export function createSpoolLocks(): SpoolLocks {
  const locks = new Map<string, Lock>();
  const activity = watchFileActivity();
  return {
    take(segment) {
      const folder = dirname(segment);
      if (locks.get(folder)?.beat() === true) return;
      if (isElsewhere(folder)) throw new Refusal('an application on another machine or in another container writes it');
      const lock = acquireLock(folder, `rewrite-${process.pid}`, activity);
      if (lock === 'held' || lock === 'unclear')
        throw new Refusal('a shipper works on it; stop the shipper, and run the command again');
      locks.set(folder, lock);
    },
    release() {
      for (const lock of locks.values()) lock.release();
      locks.clear();
    },
  };
}
