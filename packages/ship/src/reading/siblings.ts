import { readdirSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { statFile } from './known-files.ts';

const COMPRESSED = /\.(bz2|xz|zst|zip)$/;

function sortedNames(folder: string): string[] {
  try {
    return readdirSync(folder).sort();
  } catch {
    return [];
  }
}

/** The position of the first name that does not sort before a text. */
function firstFrom(names: readonly string[], text: string): number {
  let low = 0;
  let high = names.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((names[middle] ?? '') < text) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Finds siblings. It lists each folder once: use a new one for each look. */
export function createSiblings(): (path: string) => string[] {
  const listings = new Map<string, string[]>();

  /**
   * Other files in the folder whose names start with this file's name: those that it may have been rotated to.
   * Compressed ones other than `.gz` are left out.
   */
  return (path) => {
    const folder = dirname(path);
    const name = basename(path);
    let names = listings.get(folder);
    if (names === undefined) listings.set(folder, (names = sortedNames(folder)));
    const siblings: string[] = [];
    for (let index = firstFrom(names, name); names[index]?.startsWith(name) === true; index++) {
      const other = names[index] ?? '';
      if (other === name || COMPRESSED.test(other)) continue;
      const sibling = join(folder, other);
      if (statFile(sibling) !== undefined) siblings.push(sibling);
    }
    return siblings;
  };
}
