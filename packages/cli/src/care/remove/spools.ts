/** Spools: nobody may ship a segment while it is rewritten. */

import { statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { listSegments, lockFolders, WRITER_FILE, writerLiveness } from '@spanline/ship/internal';
import { Refusal } from './replace-file.ts';

/** The locks of writers' folders. */
export interface SpoolLocks {
  /** @throws Refusal while a shipper, or an application on another machine, works on a segment */
  check(segment: string): void;
  release(): void;
}

/** A writer on another machine, or in another container, touches its file every ten seconds. */
const ABANDONED_MS = 600_000;

/** Whether the writer of a folder may go on in another container or on another machine. */
function isElsewhere(folder: string): boolean {
  if (writerLiveness(folder) !== 'unknown') return false;
  const stats = statSync(join(folder, WRITER_FILE), { throwIfNoEntry: false });
  return stats !== undefined && Date.now() - stats.mtimeMs < ABANDONED_MS;
}

/** A writer appends to its newest segment alone. */
const isNewest = (segment: string): boolean => listSegments(dirname(segment)).at(-1) === basename(segment);

/**
 * Locks the folders of segments. It waits up to 30 s for a sign of life of holders in other containers.
 *
 * @param say - gets a sentence if it waits
 */
export async function lockSpools(
  segments: readonly string[],
  signal: AbortSignal,
  say: (text: string) => void,
): Promise<SpoolLocks> {
  const onWait = (folder: string): void =>
    say(`waits up to 30 s for a sign of life of the process that locked ${folder} in another container`);
  const locks = await lockFolders(segments.map(dirname), { signal, onWait });
  return {
    check(segment) {
      const folder = dirname(segment);
      if (isNewest(segment) && isElsewhere(folder)) {
        throw new Refusal(
          'an application in another container or on another machine writes it; one that was killed is taken for gone after ten minutes',
        );
      }
      if (locks.isHeld(folder)) return;
      const reason = locks.refusal(folder) ?? 'held';
      if (reason !== 'held') throw new Refusal(`its folder cannot be locked (${reason})`);
      throw new Refusal('a shipper works on it; stop the shipper, and run the command again');
    },
    release: () => locks.release(),
  };
}
