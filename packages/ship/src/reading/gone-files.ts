import { copyFileSync, existsSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { isCheckpoint, loadCheckpoint } from '../state/checkpoint.ts';
import { listNames } from '../state/file-names.ts';
import { makeFolder } from '../state/folder.ts';
import { removeOldest } from '../state/remove-oldest.ts';
import { isPartial, startOf } from './fingerprint.ts';
import { identifyGzip, isGzip } from './gzip.ts';
import { createSiblings } from './siblings.ts';

/** Folders with the places up to which files were read that are gone, and whose compressed copies have the rest. */
const PREFIX = 'gone-';
const MAX_GONE = 1000;
/** A copy that was not compressed by then does not come. */
const MAX_GONE_MS = 30 * 86_400_000;
export const ORIGIN_FILE = 'origin.json';

/** The folders in a state folder. */
export function listGone(state: string): string[] {
  return listNames(state)
    .filter((name) => name.startsWith(PREFIX))
    .map((name) => join(state, name));
}

/** Id of the file that a folder was made for. */
export function idOf(folder: string): string {
  return basename(folder).replace(/^gone-(.*)-\d+$/, '$1');
}

function startOfGzip(path: string): string | undefined {
  try {
    return identifyGzip(path)?.start;
  } catch {
    return undefined;
  }
}

/**
 * Keeps the places of a file that is gone, if a compressed file beside it begins like it.
 *
 * @param folder - its folder, in which another file has begun, or is about to
 * @param file - its generation
 * @returns whether there is such a file
 */
export function keepPlaces(folder: string, watched: string, file: string): boolean {
  const kept = join(dirname(folder), `${PREFIX}${basename(folder)}-${file}`);
  if (existsSync(kept)) return true;
  const names = listNames(folder).filter(
    (name) => isCheckpoint(name) && loadCheckpoint(join(folder, name)).position?.file === file,
  );
  const starts = names.map((name) => startOf(loadCheckpoint(join(folder, name)).position?.fingerprint ?? ''));
  const packed = createSiblings()(watched).filter(isGzip);
  // Nobody can tell whether it begins like a file of which too little was seen.
  if (!packed.some((path) => starts.some((start) => isPartial(start) || start === startOfGzip(path)))) return false;
  removeOldest(listGone(dirname(folder)), MAX_GONE, MAX_GONE_MS);
  makeFolder(kept);
  for (const name of [...names, ORIGIN_FILE]) copyFileSync(join(folder, name), join(kept, name));
  return true;
}
