import { readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** Folders beyond that are not searched: a search of very many would hold up other work. */
const MAX_FOLDERS = 100;

/** Folders in a folder. */
export function foldersIn(folder: string): string[] {
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

/** Folders beside a folder. */
export const foldersBeside = (folder: string): string[] =>
  foldersIn(dirname(folder)).filter((other) => other !== folder);
