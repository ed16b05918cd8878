import { mkdirSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { FOLDER_MODE } from './layout.ts';

function isFolder(path: string): boolean {
  try {
    return statSync(path).isDirectory();
  } catch {
    return false;
  }
}

/**
 * Makes a folder, those around it included, for its owner alone. Not by `{ recursive: true }`, which never returns where a file system makes nothing in a folder that it has, as `/proc`
 * (Node 20 to 24).
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
