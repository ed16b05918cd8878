/**
 * Files that are known. Each content has a folder in the state, with the places up to which the sinks have read it and
 * its origin: the watched path under which it was found. The name of the folder is that of the inode in which the
 * content was found first. If another content gets the inode, because the file was truncated or deleted, that has a
 * folder of its own, with a number. So every sink finds the rest of each content, in whatever file it is by then.
 */

import { type Stats, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { Position } from '../contracts/position.ts';
import { isCheckpoint, loadCheckpoint } from '../state/checkpoint.ts';
import { listNames } from '../state/file-names.ts';
import { makeFolder } from '../state/folder.ts';
import { fileId, isLaterFile } from './file-id.ts';
import { type FileOrigin, hasOrigin, loadOrigin, ORIGIN_FILE, originOf, saveOrigin, seenStart } from './file-origin.ts';
import { isPartial, withStart } from './fingerprint.ts';

/** A file that is known, as far as one sink has read it. */
export interface KnownPosition {
  readonly folder: string;
  readonly position: Position;
}

/** Everything that is known of a watched path. */
export interface History {
  /** When it was noted last how far a file was read, in milliseconds since the epoch; `-Infinity` if it never was. */
  readonly savedAt: number;
  /**
   * When the oldest file was created that is gone and was hardly known, in milliseconds since the epoch; `Infinity` if
   * there is none. Too little of it was seen to recognise a copy of it, so any that was written since then may be one.
   */
  readonly hardlyKnownSince: number;
}

const FOLDER = /^(file-\d+-\d+)(?:-(\d+))?$/;

/** Id of the file in which the content of a folder was found. */
export function idOf(folder: string): string {
  const name = basename(folder);
  return FOLDER.exec(name)?.[1] ?? name;
}

/** Number of the content of its inode that a folder holds; the first is 1. */
function generationOf(folder: string): number {
  return Number(FOLDER.exec(basename(folder))?.[2] ?? 1);
}

/** The attributes of a file; `undefined` if there is none, or something else. */
export function statFile(path: string): Stats | undefined {
  try {
    const stats = statSync(path);
    return stats.isFile() ? stats : undefined;
  } catch {
    return undefined;
  }
}

/** The place of the first line of the content that a folder holds. */
export function firstPlace(folder: string, fingerprint: string): Position {
  return { file: String(generationOf(folder)).padStart(8, '0'), offset: 0, fingerprint };
}

const isHardlyKnown = ({ position }: KnownPosition): boolean => isPartial(position.fingerprint ?? '0');

const latest = (times: readonly number[]): number => Math.max(Number.NEGATIVE_INFINITY, ...times);

function savedAt(folder: string): number {
  const saved = listNames(folder).filter(isCheckpoint);
  const names = saved.length > 0 ? saved : [ORIGIN_FILE];
  return latest(names.map((name) => statFile(join(folder, name))?.mtimeMs ?? 0));
}

/** All files that have a folder in the state. */
export interface KnownFiles {
  /** Reads the origins of files that another shipper found, and forgets those of files that were released. */
  refresh(): void;
  /** Where the content of a folder was found; that of a compressed file as well. */
  originOf(folder: string): FileOrigin | undefined;
  /** The watched path of a folder's file. */
  watchedOf(folder: string): string | undefined;
  /** The folder of the content that an inode had last. */
  lastOf(id: string): string | undefined;
  /** The folder for the next content of an inode. */
  nextOf(id: string): string;
  /** Paths under which files were found. */
  watchedPaths(): readonly string[];
  /** Folders of files that were found under a path. */
  foldersOf(watched: string): readonly string[];
  /** All folders. */
  folders(): readonly string[];
  /** The paths at which a folder's file was found. */
  pathsOf(folder: string): readonly string[];
  /** Paths behind links that files of a watched path had when they were found. */
  realsOf(watched: string): readonly string[];
  /**
   * Remembers where a file was found. One that is known keeps its origin. If it cannot be written, this shipper knows
   * it all the same, so that it finds the file again and the next call writes it. @throws the system's error
   */
  save(folder: string, path: string, watched: string, stats: Stats): void;
  /** Whether the inode of a folder belongs to a file that was created later. */
  isReplaced(folder: string, stats: Stats): boolean;
  /** @param gone - folders whose content is not at the path */
  historyOf(watched: string, gone: readonly string[]): History;
  /** The places up to which files were read. @param folders - all if left out */
  positions(folders?: readonly string[]): readonly KnownPosition[];
}

/**
 * Opens the known files in a state folder. Each origin is read once.
 *
 * @param startOf - fingerprint of the first bytes of a folder's content, if this shipper has seen more than it could
 *   write
 */
export function openKnownFiles(
  state: string,
  startOf: (folder: string) => string | undefined = () => undefined,
): KnownFiles {
  const origins = new Map<string, FileOrigin>();
  /** Origins that could not be written. */
  const unwritten = new Map<string, FileOrigin>();
  const byWatched = new Map<string, Set<string>>();
  const byId = new Map<string, Set<string>>();

  function addTo(index: Map<string, Set<string>>, key: string, folder: string): void {
    const folders = index.get(key);
    if (folders === undefined) index.set(key, new Set([folder]));
    else folders.add(folder);
  }

  function removeFrom(index: Map<string, Set<string>>, key: string, folder: string): void {
    const folders = index.get(key);
    folders?.delete(folder);
    if (folders?.size === 0) index.delete(key);
  }

  function add(folder: string, origin: FileOrigin): void {
    origins.set(folder, origin);
    addTo(byWatched, origin.watched, folder);
    addTo(byId, idOf(folder), folder);
  }

  function remove(folder: string, { watched }: FileOrigin): void {
    origins.delete(folder);
    unwritten.delete(folder);
    removeFrom(byWatched, watched, folder);
    removeFrom(byId, idOf(folder), folder);
  }

  /** The places up to which sinks have read. A content that was only noted is known as well: nothing was read of it. */
  function positionsIn(folder: string): KnownPosition[] {
    const saved = listNames(folder)
      .filter(isCheckpoint)
      .flatMap((name) => loadCheckpoint(join(folder, name)).position ?? []);
    return (saved.length > 0 ? saved : [firstPlace(folder, '0-0')]).map((position) => {
      const { fingerprint = '0-0' } = position;
      if (!isPartial(fingerprint)) return { folder, position };
      const start = startOf(folder) ?? seenStart(folder);
      return { folder, position: { ...position, fingerprint: withStart(fingerprint, start) } };
    });
  }

  /** Whether the origin of a folder waits to be written, and its file is still there. */
  function isWaiting(folder: string): boolean {
    const origin = unwritten.get(folder);
    const stats = origin === undefined ? undefined : statFile(origin.real);
    return stats !== undefined && fileId(stats) === idOf(folder);
  }

  function refresh(): void {
    const folders = new Set(
      listNames(state)
        .filter((name) => FOLDER.test(name))
        .map((name) => join(state, name)),
    );
    for (const [folder, origin] of origins) {
      if (!folders.has(folder) && !isWaiting(folder)) remove(folder, origin);
    }
    for (const folder of folders) {
      const origin = origins.has(folder) ? undefined : loadOrigin(folder);
      if (origin !== undefined) add(folder, origin);
    }
  }

  const originOfFolder = (folder: string): FileOrigin | undefined => origins.get(folder) ?? loadOrigin(folder);
  const foldersOf = (watched: string): readonly string[] => [...(byWatched.get(watched) ?? [])];
  const lastOf = (id: string): string | undefined =>
    [...(byId.get(id) ?? [])].toSorted((a, b) => generationOf(b) - generationOf(a))[0];

  refresh();
  return {
    refresh,
    originOf: originOfFolder,
    watchedOf: (folder) => originOfFolder(folder)?.watched,
    lastOf,
    nextOf(id) {
      const last = lastOf(id);
      return join(state, last === undefined ? id : `${id}-${generationOf(last) + 1}`);
    },
    watchedPaths: () => [...byWatched.keys()],
    foldersOf,
    folders: () => [...origins.keys()],
    pathsOf(folder) {
      const origin = origins.get(folder);
      return origin === undefined ? [] : [origin.real, origin.watched];
    },
    realsOf: (watched) => [...new Set(foldersOf(watched).flatMap((folder) => origins.get(folder)?.real ?? []))],
    save(folder, path, watched, stats) {
      if (!origins.has(folder)) {
        const found = originOf(path, watched, stats);
        add(folder, found);
        unwritten.set(folder, found);
      }
      const origin = unwritten.get(folder);
      if (origin === undefined) return;
      makeFolder(folder);
      // Another shipper may have found it as well.
      if (!hasOrigin(folder)) saveOrigin(folder, origin);
      unwritten.delete(folder);
    },
    isReplaced(folder, stats) {
      const { bornAt = 0, real = '' } = origins.get(folder) ?? {};
      return isLaterFile(stats, bornAt, real);
    },
    historyOf(watched, gone) {
      const hardlyKnown = gone.filter((folder) => positionsIn(folder).some(isHardlyKnown));
      return {
        savedAt: latest(foldersOf(watched).map(savedAt)),
        hardlyKnownSince: Math.min(Infinity, ...hardlyKnown.map((folder) => origins.get(folder)?.bornAt ?? Infinity)),
      };
    },
    positions: (folders = [...origins.keys()]) => folders.flatMap(positionsIn),
  };
}
