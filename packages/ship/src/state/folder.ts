import { mkdirSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { FOLDER_MODE } from './file-names.ts';

function isFolder(path: string): boolean {
  try {
    return statSync(path).isDirectory();
  } catch {
    return false;
  }
}

/**
 * Creates a folder and its parents, readable by their owner only. It does not use `{ recursive: true }`, which never
 * returns (Node 20 to 24) where a file system refuses new entries in an existing folder, as `/proc` does.
 *
 * @throws the error of the file system
 */
export function makeFolder(path: string): void {
  if (isFolder(path)) return;
  const parent = dirname(path);
  if (parent !== path) makeFolder(parent);
  try {
    mkdirSync(path, { mode: FOLDER_MODE });
  } catch (error) {
    if (!isFolder(path)) throw error;
  }
}
