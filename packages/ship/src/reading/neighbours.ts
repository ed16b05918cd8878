import { readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** Folders beyond that are not searched: a search of very many would hold up other work. */
const MAX_FOLDERS = 100;

function foldersIn(folder: string): string[] {
  try {
    return readdirSync(folder, { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map(({ name }) => join(folder, name))
      .sort()
      .slice(0, MAX_FOLDERS);
  } catch {
    return [];
  }
}

/** Folders in which the files of a folder may be found after a rotation. */
export interface Neighbours {
  within(folder: string): readonly string[];
  beside(folder: string): readonly string[];
}

/** Finds neighbours. It lists each folder once: use a new one for each look. */
export function createNeighbours(): Neighbours {
  const listings = new Map<string, readonly string[]>();
  function within(folder: string): readonly string[] {
    let folders = listings.get(folder);
    if (folders === undefined) listings.set(folder, (folders = foldersIn(folder)));
    return folders;
  }
  return { within, beside: (folder) => within(dirname(folder)).filter((other) => other !== folder) };
}
