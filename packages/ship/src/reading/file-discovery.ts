import { closeSync, openSync, readdirSync, readFileSync, type Stats, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { makeFolder } from '../spool/folder.ts';
import { FILE_MODE } from '../spool/layout.ts';
import { isCheckpoint, loadCheckpoint } from '../state/checkpoint.ts';
import type { Candidate, Discovery } from './discovery.ts';
import { bearsMark, siblingsOf } from './file-marks.ts';
import { openFileSource } from './file-source.ts';
import { expandGlob } from './glob.ts';

/** Options of {@link discoverFiles}. */
export interface FileDiscoveryOptions {
  /** Paths, with `*` and `?`. */
  readonly patterns: readonly string[];
  /** Folder of what is remembered. */
  readonly state: string;
  /** Nothing will be written to the files any more. */
  readonly isFinal: boolean;
}

/** What is remembered of the files that stood at a watched name. */
interface Memory {
  readonly savedAt: number;
  readonly marks: readonly string[];
}

const PATH_FILE = 'path.txt';
const FOLDER = /^file-\d+-\d+$/;
/** A shorter mark could be the beginning of any line. */
const SURE_MARK_BYTES = 64;

function statFile(path: string): Stats | undefined {
  try {
    const stats = statSync(path);
    return stats.isFile() ? stats : undefined;
  } catch {
    return undefined;
  }
}

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

function list(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

function bearsOneOf(path: string, marks: readonly string[]): boolean {
  let handle: number;
  try {
    handle = openSync(path, 'r');
  } catch {
    return true;
  }
  try {
    return marks.some((mark) => Number.parseInt(mark, 10) >= SURE_MARK_BYTES && bearsMark(handle, mark));
  } finally {
    closeSync(handle);
  }
}

/**
 * Files at watched names, and files that were rotated away from there while nobody looked. A file is known by its device and inode, so that a rotation by renaming changes nothing.
 */
export function discoverFiles({ patterns, state, isFinal }: FileDiscoveryOptions): Discovery {
  const folderOf = ({ dev, ino }: Stats): string => join(state, `file-${dev}-${ino}`);

  function recall(watched: string): Memory {
    const folders = list(state)
      .filter((name) => FOLDER.test(name))
      .map((name) => join(state, name))
      .filter((folder) => read(join(folder, PATH_FILE)) === watched);
    const files = folders.flatMap((folder) =>
      list(folder)
        .filter(isCheckpoint)
        .map((name) => join(folder, name)),
    );
    return {
      savedAt: Math.max(Number.NEGATIVE_INFINITY, ...files.map((path) => statFile(path)?.mtimeMs ?? 0)),
      marks: files.flatMap((path) => loadCheckpoint(path).position?.mark ?? []),
    };
  }

  /** A name that was rotated to is shipped when its file is known, or when it was written since the last checkpoint and is no copy. */
  function rotated(watched: string): string[] {
    const siblings = siblingsOf(watched);
    if (siblings.length === 0) return [];
    const { savedAt, marks } = recall(watched);
    return siblings.filter((path) => {
      const stats = statFile(path);
      if (stats === undefined) return false;
      if (read(join(folderOf(stats), PATH_FILE)) === watched) return true;
      return savedAt > 0 && stats.mtimeMs > savedAt && !bearsOneOf(path, marks);
    });
  }

  function candidate(path: string, watched: string): Candidate[] {
    const stats = statFile(path);
    if (stats === undefined) return [];
    const folder = folderOf(stats);
    const id = `file-${stats.dev}-${stats.ino}`;
    try {
      makeFolder(folder);
      if (read(join(folder, PATH_FILE)) !== watched)
        writeFileSync(join(folder, PATH_FILE), watched, { mode: FILE_MODE });
    } catch {
      return [];
    }
    return [{ folder, open: () => openFileSource({ path, watched, id, folder, isFinal }) }];
  }

  return {
    find: () =>
      patterns
        .flatMap(expandGlob)
        .flatMap((watched) => [
          ...rotated(watched).flatMap((path) => candidate(path, watched)),
          ...candidate(watched, watched),
        ]),
  };
}
