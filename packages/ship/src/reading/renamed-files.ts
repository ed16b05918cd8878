import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { BoundedMap } from '@spanline/record';
import { fileId } from './file-id.ts';
import { statFile } from './known-files.ts';

/** A search in a folder with more files would hold up other work. */
const MAX_NAMES = 5000;
const MAX_FOLDERS = 1000;
/** Changes of a folder within this time may have the same time. */
const SAME_TIME_MS = 2000;

interface Listing {
  readonly changedAt: number;
  /** The next look may find other files, though the time of the folder is the same. */
  readonly isFresh: boolean;
  readonly paths: ReadonlyMap<string, string>;
}

function list(folder: string): ReadonlyMap<string, string> {
  const names = readdirSync(folder);
  if (names.length > MAX_NAMES) return new Map();
  return new Map(
    names.flatMap((name) => {
      const path = join(folder, name);
      const stats = statFile(path);
      return stats === undefined ? [] : [[fileId(stats), path] as const];
    }),
  );
}

/**
 * Finds the present path of a file in a folder by its inode, whatever its name is: `app-2026-03-04.log` for what was
 * `app.log`. A folder is listed again once it has changed.
 */
export function createRenamedFiles(): (folder: string, id: string) => string | undefined {
  const listings = new BoundedMap<string, Listing>(MAX_FOLDERS);
  return (folder, id) => {
    try {
      const { mtimeMs: changedAt } = statSync(folder);
      let listing = listings.get(folder);
      if (listing?.changedAt !== changedAt || listing.isFresh) {
        listing = { changedAt, isFresh: Date.now() - changedAt < SAME_TIME_MS, paths: list(folder) };
        listings.set(folder, listing);
      }
      return listing.paths.get(id);
    } catch {
      // The folder is gone, or may not be listed.
      return undefined;
    }
  };
}
