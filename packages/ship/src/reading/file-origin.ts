/**
 * Origins of log files: the watched path under which a file was found, and the path behind it. After a restart they
 * show which files belong to a path, also when the path, or a link, names another file by then.
 */

import { existsSync, readFileSync, realpathSync, type Stats, statSync } from 'node:fs';
import { hostname } from 'node:os';
import { basename, join } from 'node:path';
import type { Position } from '../contracts/position.ts';
import { isCheckpoint, loadCheckpoint } from '../state/checkpoint.ts';
import { listNames } from '../state/file-names.ts';
import { replaceFile } from '../state/replace-file.ts';
import { fileId } from './file-id.ts';
import { isPartial } from './fingerprint.ts';
import { listGone, ORIGIN_FILE } from './gone-files.ts';

/** Where a file was found. */
interface FileOrigin {
  /** The path that is watched. */
  readonly watched: string;
  /** The path of the file itself, behind links. */
  readonly real: string;
  /** When the file was created, in milliseconds since the epoch; 0 if the file system does not say. */
  readonly bornAt: number;
  /** The host that found the file. It may have another name later, and another host may go on with the folder. */
  readonly host: string;
}

/** A file that is known, as far as one sink has read it. */
export interface KnownPosition {
  readonly folder: string;
  readonly position: Position;
}

/** The checkpoints of all files that have had a watched path. */
export interface History {
  /** When the newest one was saved, in milliseconds since the epoch; `-Infinity` if there is none. */
  readonly savedAt: number;
  readonly positions: readonly Position[];
  /**
   * When the oldest file was created that is gone and was hardly known, in milliseconds since the epoch; `Infinity` if
   * there is none. Too little of it was seen to recognise its compressed copy, so any that was written since then may
   * be its copy.
   */
  readonly hardlyKnownSince: number;
}

const FOLDER = /^file-\d+-\d+$/;

/** The attributes of a file; `undefined` if there is none, or something else. */
export function statFile(path: string): Stats | undefined {
  try {
    const stats = statSync(path);
    return stats.isFile() ? stats : undefined;
  } catch {
    return undefined;
  }
}

function load(folder: string): FileOrigin | undefined {
  try {
    const {
      watched,
      real,
      bornAt = 0,
      host = hostname(),
    } = JSON.parse(readFileSync(join(folder, ORIGIN_FILE), 'utf8')) as Partial<FileOrigin>;
    return typeof watched === 'string' && typeof real === 'string' ? { watched, real, bornAt, host } : undefined;
  } catch {
    return undefined;
  }
}

function realPath(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return path;
  }
}

function positionsIn(folder: string): KnownPosition[] {
  return listNames(folder)
    .filter(isCheckpoint)
    .flatMap((name) => loadCheckpoint(join(folder, name)).position ?? [])
    .map((position) => ({ folder, position }));
}

const isHardlyKnown = ({ position }: KnownPosition): boolean => isPartial(position.fingerprint ?? '0');

/** Whether the file of a folder is at a path. */
function isAt(path: string, folder: string): boolean {
  const stats = statFile(path);
  return stats !== undefined && fileId(stats) === basename(folder);
}

/** The origins of all files that have a folder in the state. */
export interface FileOrigins {
  /** Reads the origins of files that another shipper found, and forgets those of files that are gone. */
  refresh(): void;
  /** The host that found the file of a folder. */
  hostOf(folder: string): string;
  /** Whether the file of a folder was found under a path. */
  isFrom(folder: string, watched: string): boolean;
  /** Remembers where a file was found, and which it is. @throws the system's error */
  save(folder: string, path: string, watched: string, stats: Stats): void;
  /** Whether the file of a folder is gone, and another one has got its inode. */
  isReplaced(folder: string, stats: Stats): boolean;
  /** Paths behind links that files of a watched path had when they were found. */
  realsOf(watched: string): readonly string[];
  historyOf(watched: string): History;
  /** The watched path of a folder's file. */
  watchedOf(folder: string): string | undefined;
  /** The places up to which files were read, of all files. */
  positions(): readonly KnownPosition[];
}

/** Opens the origins in a state folder. Each is read once. */
export function openFileOrigins(state: string): FileOrigins {
  const byWatched = new Map<string, Map<string, FileOrigin>>();
  const originOf = new Map<string, FileOrigin>();

  function add(folder: string, origin: FileOrigin): void {
    byWatched.get(originOf.get(folder)?.watched ?? '')?.delete(folder);
    originOf.set(folder, origin);
    const known = byWatched.get(origin.watched);
    if (known === undefined) byWatched.set(origin.watched, new Map([[folder, origin]]));
    else known.set(folder, origin);
  }

  function remove(folder: string): void {
    const { watched = '' } = originOf.get(folder) ?? {};
    const known = byWatched.get(watched);
    known?.delete(folder);
    if (known?.size === 0) byWatched.delete(watched);
    originOf.delete(folder);
  }

  function refresh(): void {
    const folders = new Set(
      listNames(state)
        .filter((name) => FOLDER.test(name))
        .map((name) => join(state, name)),
    );
    for (const folder of originOf.keys()) if (!folders.has(folder)) remove(folder);
    for (const folder of folders) {
      const origin = originOf.has(folder) ? undefined : load(folder);
      if (origin !== undefined) add(folder, origin);
    }
  }

  /** Files of a watched path that are gone, and whose folders others have got. */
  function goneOf(watched: string): [string, FileOrigin][] {
    return listGone(state).flatMap((folder): [string, FileOrigin][] => {
      const origin = load(folder);
      return origin?.watched === watched ? [[folder, origin]] : [];
    });
  }

  refresh();
  return {
    refresh,
    hostOf: (folder) => (originOf.get(folder) ?? load(folder))?.host ?? hostname(),
    isFrom: (folder, watched) => originOf.get(folder)?.watched === watched,
    save(folder, path, watched, stats) {
      // A rotated file keeps the path at which it was found first.
      const isKnown = originOf.get(folder)?.watched === watched && !this.isReplaced(folder, stats);
      if (isKnown && existsSync(join(folder, ORIGIN_FILE))) return;
      const host = isKnown ? this.hostOf(folder) : hostname();
      const origin = { watched, real: realPath(path), bornAt: stats.birthtimeMs, host };
      replaceFile(join(folder, ORIGIN_FILE), JSON.stringify(origin), { isDurable: false });
      add(folder, origin);
    },
    isReplaced(folder, { birthtimeMs, ctimeMs }) {
      const before = originOf.get(folder)?.bornAt ?? 0;
      // A system that does not know when a file was created says 0, or the time of its last change.
      return before > 0 && birthtimeMs > 0 && birthtimeMs < ctimeMs && before !== birthtimeMs;
    },
    watchedOf: (folder) => (originOf.get(folder) ?? load(folder))?.watched,
    positions: () => [...originOf.keys(), ...listGone(state)].flatMap(positionsIn),
    realsOf: (watched) => [...new Set([...(byWatched.get(watched)?.values() ?? [])].map(({ real }) => real))],
    historyOf(watched) {
      const files = [...(byWatched.get(watched)?.keys() ?? [])].flatMap((folder) =>
        listNames(folder)
          .filter(isCheckpoint)
          .map((name) => join(folder, name)),
      );
      const hardlyKnown = [...(byWatched.get(watched) ?? []), ...goneOf(watched)].filter(
        ([folder, { real }]) => !isAt(real, folder) && positionsIn(folder).some(isHardlyKnown),
      );
      return {
        hardlyKnownSince: Math.min(Infinity, ...hardlyKnown.map(([, { bornAt }]) => bornAt)),
        savedAt: Math.max(Number.NEGATIVE_INFINITY, ...files.map((path) => statFile(path)?.mtimeMs ?? 0)),
        positions: files.flatMap((path) => loadCheckpoint(path).position ?? []),
      };
    },
  };
}
