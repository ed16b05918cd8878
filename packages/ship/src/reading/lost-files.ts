/** Files that were deleted, or moved elsewhere, while no shipper ran. Their loss is reported once, for each sink. */

import { accessSync, constants, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { BoundedMap } from '@spanline/record';
import type { Candidate, Source } from '../contracts/source.ts';
import { isTelling, mayBePacked } from './copies.ts';
import { isOnDisk } from './file-id.ts';
import { isSettled, loadOrigin, settle } from './file-origin.ts';
import type { Finding } from './find-content.ts';
import { firstPlace, idOf, type KnownFiles } from './known-files.ts';

/** Collaborators of {@link createLostFiles}. */
export interface LostFilesParts {
  /** Whether this shipper has the file of a folder open, so that it is read to its end wherever it is. */
  readonly isOpen: (folder: string) => boolean;
}

/** Finds files that are lost. */
export interface LostFiles {
  /** @param seekAgain - a file may move while it is sought */
  candidates(found: Finding, seekAgain: () => Finding, known: KnownFiles): Iterable<Candidate>;
}

const MAX_FILES = 20_000;
const REASON = 'the file was deleted or moved elsewhere while no shipper ran, and no copy of it was found';
const ABSENT: ReadonlySet<unknown> = new Set(['ENOENT', 'ENOTDIR']);

/** Whether the disk on which a file was is there and can be read: a file is not lost because a disk is not mounted. */
function canBeSought(id: string, path: string): boolean {
  for (let at = dirname(path); ; at = dirname(at)) {
    try {
      const stats = statSync(at);
      accessSync(at, constants.R_OK | constants.X_OK);
      return isOnDisk(id, stats);
    } catch (error) {
      if (!ABSENT.has((error as NodeJS.ErrnoException).code) || at === dirname(at)) return false;
    }
  }
}

/** A source without lines, which says to each sink that it does not get the rest of the file. */
function openLost(folder: string, path: string, furthest: number): Source {
  return {
    id: path,
    folder,
    start: () => firstPlace(folder, loadOrigin(folder)?.start ?? '0-0'),
    open(from, onProblem) {
      const offset = from?.offset ?? 0;
      const certain = furthest > offset ? `${furthest - offset} bytes and ` : '';
      let ended = false;
      return {
        next() {
          if (!ended)
            onProblem(`${REASON}: ${certain}what was written after byte ${Math.max(furthest, offset)} is lost`);
          ended = true;
          return undefined;
        },
        ended: () => ended,
        close() {},
      };
    },
    lag: () => 0,
    release(_, isFinished) {
      // Its folder stays: a copy may come.
      if (isFinished) settle(folder);
      return isFinished;
    },
    close() {},
  };
}

/** Creates the search for files that are lost. */
export function createLostFiles({ isOpen }: LostFilesParts): LostFiles {
  const settled = new BoundedMap<string, true>(MAX_FILES);
  /** The compressed files of which one may be a copy, by folder. */
  const waiting = new BoundedMap<string, string>(MAX_FILES);

  function isLost(folder: string, packed: readonly string[], known: KnownFiles): boolean {
    const origin = known.originOf(folder);
    if (origin === undefined || settled.has(folder) || isOpen(folder)) return false;
    const basis = packed.join('\n');
    if (waiting.get(folder) === basis) return false;
    if (isSettled(folder)) {
      settled.set(folder, true);
      return false;
    }
    // Any file may be the copy of one of which hardly anything was seen.
    const isKnown = known.positions([folder]).every(({ position }) => isTelling(position));
    if (!isKnown || !canBeSought(idOf(folder), origin.real)) return false;
    if (!mayBePacked(packed, loadOrigin(folder)?.start ?? '0-0')) return true;
    waiting.set(folder, basis);
    return false;
  }

  return {
    *candidates({ gone, packed }, seekAgain, known) {
      const paths = packed.map(({ path }) => path);
      const lost = gone.filter((folder) => isLost(folder, paths, known));
      if (lost.length === 0) return;
      const stillGone = new Set(seekAgain().gone);
      for (const folder of lost.filter((one) => stillGone.has(one))) {
        const path = known.originOf(folder)?.real ?? folder;
        const furthest = Math.max(0, ...known.positions([folder]).map(({ position }) => position.offset));
        yield { folder, open: () => openLost(folder, path, furthest) };
      }
    },
  };
}
