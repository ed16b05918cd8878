import { closeSync, fstatSync, openSync, readFileSync, type Stats } from 'node:fs';
import { join } from 'node:path';
import type { Position } from '../contracts/position.ts';
import { listNames } from '../state/file-names.ts';
import { makeFolder } from '../state/folder.ts';
import { removeOldest } from '../state/remove-oldest.ts';
import { replaceFile } from '../state/replace-file.ts';
import { fileId, isLaterFile } from './file-id.ts';
import { fingerprintAt, fingerprintOf, hasPosition } from './fingerprint.ts';

const FOLDER = 'ends';
const MAX_FILES = 10_000;

/** A place in a content. */
type Place = Required<Omit<Position, 'file'>>;

interface ReadEnd extends Place {
  readonly bornAt: number;
}

/**
 * The ends of compressed files that were read. A program may append another member to such a file: its content grows,
 * and what came before is not read again.
 */
export interface ReadEnds {
  /**
   * The place up to which the content of a file was read when it was shorter; `undefined` if it was not read, or has
   * another content now. @throws the system's error
   */
  of(stats: Stats, path: string, content: string): Place | undefined;
  /** Notes that a content was read to its end. @throws the system's error */
  add(stats: Stats, content: string): void;
}

function withHandle<T>(path: string, use: (handle: number) => T): T {
  const handle = openSync(path, 'r');
  try {
    return use(handle);
  } finally {
    closeSync(handle);
  }
}

function load(path: string): ReadEnd | undefined {
  try {
    const { bornAt, offset, fingerprint } = JSON.parse(readFileSync(path, 'utf8')) as Partial<ReadEnd>;
    if (typeof bornAt !== 'number' || typeof offset !== 'number' || typeof fingerprint !== 'string') return undefined;
    return { bornAt, offset, fingerprint };
  } catch {
    return undefined;
  }
}

/** Opens the ends in a state folder. The oldest beyond 10,000 are removed. */
export function openReadEnds(state: string): ReadEnds {
  const folder = join(state, FOLDER);
  const pathOf = (stats: Stats): string => join(folder, `${fileId(stats)}.json`);
  removeOldest(
    listNames(folder).map((name) => join(folder, name)),
    MAX_FILES,
  );
  return {
    of(stats, path, content) {
      const end = load(pathOf(stats));
      if (end === undefined || isLaterFile(stats, end.bornAt, path)) return undefined;
      const { offset, fingerprint } = end;
      return withHandle(content, (handle) => hasPosition(handle, end)) ? { offset, fingerprint } : undefined;
    },
    add(stats, content) {
      const place = withHandle(content, (handle): Place => {
        const { size } = fstatSync(handle);
        return { offset: size, fingerprint: fingerprintAt(handle, fingerprintOf(handle), size) };
      });
      makeFolder(folder);
      const end: ReadEnd = { bornAt: stats.birthtimeMs, ...place };
      replaceFile(pathOf(stats), JSON.stringify(end), { isDurable: false });
    },
  };
}
