/**
 * Origins of log files: the watched path under which a file was found, and the path behind it. After a restart they
 * show which files belong to a path, also when the path, or a link, names another file by then.
 */

import { existsSync, readFileSync, realpathSync, type Stats, statSync } from 'node:fs';
import { join } from 'node:path';
import { isCheckpoint, loadCheckpoint } from '../state/checkpoint.ts';
import { listNames } from '../state/file-names.ts';
import { replaceFile } from '../state/replace-file.ts';

/** Where a file was found. */
interface FileOrigin {
  /** The path that is watched. */
  readonly watched: string;
  /** The path of the file itself, behind links. */
  readonly real: string;
}

/** The checkpoints of all files that have had a watched path. */
export interface History {
  /** When the newest one was saved, in milliseconds since the epoch; `-Infinity` if there is none. */
  readonly savedAt: number;
  readonly fingerprints: readonly string[];
}

const FILE = 'origin.json';
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
    const { watched, real } = JSON.parse(readFileSync(join(folder, FILE), 'utf8')) as Partial<FileOrigin>;
    return typeof watched === 'string' && typeof real === 'string' ? { watched, real } : undefined;
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

/** The origins of all files that have a folder in the state. */
export interface FileOrigins {
  /** Whether the file of a folder was found under a path. */
  isFrom(folder: string, watched: string): boolean;
  /** Remembers where a file was found. @throws the system's error */
  save(folder: string, path: string, watched: string): void;
  /** Paths behind links that files of a watched path had when they were found. */
  realsOf(watched: string): readonly string[];
  historyOf(watched: string): History;
}

/** Opens the origins in a state folder. They are read once; later changes are this process's own. */
export function openFileOrigins(state: string): FileOrigins {
  const byWatched = new Map<string, Map<string, FileOrigin>>();
  const watchedOf = new Map<string, string>();

  function add(folder: string, origin: FileOrigin): void {
    byWatched.get(watchedOf.get(folder) ?? '')?.delete(folder);
    watchedOf.set(folder, origin.watched);
    const known = byWatched.get(origin.watched);
    if (known === undefined) byWatched.set(origin.watched, new Map([[folder, origin]]));
    else known.set(folder, origin);
  }

  for (const name of listNames(state).filter((one) => FOLDER.test(one))) {
    const origin = load(join(state, name));
    if (origin !== undefined) add(join(state, name), origin);
  }
  return {
    isFrom: (folder, watched) => watchedOf.get(folder) === watched,
    save(folder, path, watched) {
      // A rotated file keeps the path at which it was found first.
      if (watchedOf.get(folder) === watched && existsSync(join(folder, FILE))) return;
      const origin = { watched, real: realPath(path) };
      replaceFile(join(folder, FILE), JSON.stringify(origin), { isDurable: false });
      add(folder, origin);
    },
    realsOf: (watched) => [...new Set([...(byWatched.get(watched)?.values() ?? [])].map(({ real }) => real))],
    historyOf(watched) {
      const files = [...(byWatched.get(watched)?.keys() ?? [])].flatMap((folder) =>
        listNames(folder)
          .filter(isCheckpoint)
          .map((name) => join(folder, name)),
      );
      return {
        savedAt: Math.max(Number.NEGATIVE_INFINITY, ...files.map((path) => statFile(path)?.mtimeMs ?? 0)),
        fingerprints: files.flatMap((path) => loadCheckpoint(path).position?.fingerprint ?? []),
      };
    },
  };
}
