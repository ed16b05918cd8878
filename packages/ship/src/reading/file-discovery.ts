import { closeSync, openSync, readFileSync, type Stats, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Candidate, Discovery } from '../contracts/source.ts';
import { isCheckpoint, loadCheckpoint } from '../state/checkpoint.ts';
import { FILE_MODE, listNames } from '../state/file-names.ts';
import { makeFolder } from '../state/folder.ts';
import { openFileSource } from './file-source.ts';
import { fingerprintBytes, hasFingerprint, siblingsOf } from './fingerprint.ts';
import { expandGlob } from './glob.ts';

/** Options of {@link discoverFiles}. */
export interface FileDiscoveryOptions {
  /** Paths; `*` and `?` are wildcards. */
  readonly patterns: readonly string[];
  /** Folder of the checkpoints. */
  readonly state: string;
  /** Nothing will be appended to the files. */
  readonly isFinal: boolean;
}

/** The checkpoints of all files that have had a watched path. */
interface History {
  /** When the newest one was saved. */
  readonly savedAt: number;
  readonly fingerprints: readonly string[];
}

const PATH_FILE = 'path.txt';
const FOLDER = /^file-\d+-\d+$/;
/** A shorter fingerprint could be the start of any line. */
const MIN_FINGERPRINT_BYTES = 64;

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

function hasOneOf(path: string, fingerprints: readonly string[]): boolean {
  let handle: number;
  try {
    handle = openSync(path, 'r');
  } catch {
    return true;
  }
  try {
    return fingerprints.some(
      (fingerprint) => fingerprintBytes(fingerprint) >= MIN_FINGERPRINT_BYTES && hasFingerprint(handle, fingerprint),
    );
  } finally {
    closeSync(handle);
  }
}

/**
 * Finds the files at watched paths, and files that were rotated away from there while no shipper was running. A file is
 * identified by device and inode, so that renaming it changes nothing.
 */
export function discoverFiles({ patterns, state, isFinal }: FileDiscoveryOptions): Discovery {
  const folderOf = ({ dev, ino }: Stats): string => join(state, `file-${dev}-${ino}`);

  function historyOf(watched: string): History {
    const folders = listNames(state)
      .filter((name) => FOLDER.test(name))
      .map((name) => join(state, name))
      .filter((folder) => read(join(folder, PATH_FILE)) === watched);
    const files = folders.flatMap((folder) =>
      listNames(folder)
        .filter(isCheckpoint)
        .map((name) => join(folder, name)),
    );
    return {
      savedAt: Math.max(Number.NEGATIVE_INFINITY, ...files.map((path) => statFile(path)?.mtimeMs ?? 0)),
      fingerprints: files.flatMap((path) => loadCheckpoint(path).position?.fingerprint ?? []),
    };
  }

  /**
   * Rotated files to ship: those with a checkpoint, and those that were written since the last checkpoint and are no
   * copies.
   */
  function rotated(watched: string): string[] {
    const siblings = siblingsOf(watched);
    if (siblings.length === 0) return [];
    const { savedAt, fingerprints } = historyOf(watched);
    return siblings.filter((path) => {
      const stats = statFile(path);
      if (stats === undefined) return false;
      if (read(join(folderOf(stats), PATH_FILE)) === watched) return true;
      return savedAt > 0 && stats.mtimeMs > savedAt && !hasOneOf(path, fingerprints);
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
