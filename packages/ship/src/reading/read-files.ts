import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { FILE_MODE, listNames } from '../state/file-names.ts';
import { makeFolder } from '../state/folder.ts';
import { removeOldest } from '../state/remove-oldest.ts';
import { fingerprintAt, fingerprintOf } from './fingerprint.ts';

/**
 * Files that were read to their end and are gone, so that a compressed copy of one is not read again. Each is an empty
 * file in the folder `read`.
 */
export interface ReadFiles {
  has(key: string): boolean;
  /** @throws the system's error */
  add(key: string): void;
}

const FOLDER = 'read';
const MAX_FILES = 10_000;
const PRUNE_EVERY = 1000;

/** Identifies the content of an open file. */
export function contentKey(handle: number, size: number): string {
  return `${size}-${fingerprintAt(handle, fingerprintOf(handle), size).replaceAll(' ', '-')}`;
}

/** Opens the list in a state folder. The oldest entries beyond 10,000 are removed. */
export function openReadFiles(state: string): ReadFiles {
  const folder = join(state, FOLDER);
  const prune = (): void =>
    removeOldest(
      listNames(folder).map((name) => join(folder, name)),
      MAX_FILES,
    );
  let added = 0;
  prune();
  return {
    has: (key) => existsSync(join(folder, key)),
    add(key) {
      makeFolder(folder);
      writeFileSync(join(folder, key), '', { mode: FILE_MODE });
      if (++added % PRUNE_EVERY === 0) prune();
    },
  };
}
