import { basename, join } from 'node:path';
import { listNames } from '../state/file-names.ts';
import { lastChange, removeOldest } from '../state/remove-oldest.ts';
import { fileId } from './file-id.ts';
import { idOf, type KnownFiles, statFile } from './known-files.ts';
import { isPackedFolder } from './packed-files.ts';

const MAX_GONE = 1000;
/** A copy that did not appear by then does not come. */
const MAX_GONE_MS = 30 * 86_400_000;

/** A shipper touches its lock. */
const changedAt = (folder: string): number =>
  Math.max(lastChange(folder), ...listNames(folder).map((name) => lastChange(join(folder, name))));

/**
 * Forgets files that are gone: the oldest beyond 1000, and those that nobody has read for 30 days. Other shippers may
 * use the folder of the state for other paths.
 *
 * @param seen - folders of the files that are there
 * @throws the system's error
 */
export function forgetGoneFiles(state: string, known: KnownFiles, seen: ReadonlySet<string>): void {
  const isThere = (folder: string): boolean =>
    known.pathsOf(folder).some((path) => {
      const stats = statFile(path);
      return stats !== undefined && fileId(stats) === idOf(folder);
    });
  const packed = listNames(state)
    .map((name) => join(state, name))
    .filter((path) => isPackedFolder(basename(path)));
  const gone = [...known.folders(), ...packed].filter((folder) => !seen.has(folder) && !isThere(folder));
  removeOldest(gone, MAX_GONE, MAX_GONE_MS, changedAt);
}
