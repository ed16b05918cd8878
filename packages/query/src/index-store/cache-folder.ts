/**
 * The folder of index files. `<content>-<file>.json` describes an index and names its database, which never changes:
 * whoever has it open keeps reading it while a later one takes its place.
 */

import { createHash, randomBytes } from 'node:crypto';
import {
  mkdirSync,
  openSync,
  closeSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { homedir } from 'node:os';
import { basename, join } from 'node:path';
import type { BadLines, LogFile } from '../lines/index.ts';
import type { ContentCheck } from './content-check.ts';
import { isAlive } from './is-alive.ts';

/** The description of a database. */
interface IndexEntry {
  /** Format of the database. */
  readonly version: string;
  /** File name of the database. */
  readonly database: string;
  /** Bytes of content whose lines are in it. */
  readonly end: number;
  readonly lines: number;
  readonly bad: BadLines;
  readonly check: ContentCheck;
  /** Stamp and size of the file when it was read. */
  readonly stamp: string;
  readonly size: number;
  /** Names of columns. */
  readonly columns: readonly string[];
  /** There are labels that got no column. */
  readonly isCut: boolean;
}

/** An index in the folder. */
export interface StoredIndex {
  readonly name: string;
  readonly path: string;
  readonly entry: IndexEntry;
}

/** The folder. */
export interface CacheFolder {
  readonly path: string;
  /** Name of a file's index. */
  nameOf(content: string, file: LogFile): string;
  /** Indexes of content that begins alike; the one of the name first. */
  find(content: string, name: string): StoredIndex[];
  /** File name and path for a new database. */
  newDatabase(name: string): { readonly file: string; readonly path: string };
  /** Makes a database the index of a name. Removes the oldest ones if all take too much. */
  store(name: string, entry: IndexEntry): void;
  remove(name: string): void;
  /** Notes that a question was asked. @returns whether one was asked before */
  note(name: string): boolean;
  /** Keeps other processes from writing an index. @returns the release, `undefined` if another process writes it */
  lock(name: string): (() => void) | undefined;
}

const FOLDER_MODE = 0o700;
const FILE_MODE = 0o600;
/** A file without a use is removed after that. */
const STALE_MS = 3_600_000;

/** `$XDG_CACHE_HOME/spanline`, or `~/.cache/spanline`. */
export function defaultCacheDir(): string {
  const { XDG_CACHE_HOME: cache } = process.env;
  return join(cache === undefined || cache === '' ? join(homedir(), '.cache') : cache, 'spanline');
}

const hash = (text: string): string => createHash('sha256').update(text).digest('hex').slice(0, 16);

/** The process that a lock names. One that is being written names none, which is as good as this process. */
function writerOf(file: string): number {
  try {
    return Number(readFileSync(file, 'utf8')) || process.pid;
  } catch {
    return process.pid;
  }
}

/** Opens the folder, and makes it. @throws the system's error */
export function openCacheFolder(path: string, maxBytes: number): CacheFolder {
  mkdirSync(path, { recursive: true, mode: FOLDER_MODE });
  const inFolder = (file: string): string => join(path, file);

  function read(name: string): StoredIndex | undefined {
    try {
      const entry = JSON.parse(readFileSync(inFolder(`${name}.json`), 'utf8')) as IndexEntry;
      return { name, path: inFolder(basename(entry.database)), entry };
    } catch {
      return undefined;
    }
  }

  const namesOf = (files: readonly string[]): string[] =>
    files.filter((file) => file.endsWith('.json')).map((file) => file.slice(0, -'.json'.length));

  function remove(name: string): void {
    const stored = read(name);
    rmSync(inFolder(`${name}.json`), { force: true });
    if (stored !== undefined) rmSync(stored.path, { force: true });
  }

  /** Files that no index names: what a process left that was killed, and marks of questions. */
  function sweep(used: ReadonlySet<string>, files: readonly string[]): void {
    for (const file of files) {
      if (used.has(file) || file.endsWith('.json')) continue;
      const stats = statSync(inFolder(file), { throwIfNoEntry: false });
      if (stats !== undefined && Date.now() - stats.mtimeMs > STALE_MS) rmSync(inFolder(file), { force: true });
    }
  }

  function evict(): void {
    const files = readdirSync(path);
    const stored = namesOf(files).flatMap((name) => {
      const index = read(name);
      const stats = index && statSync(index.path, { throwIfNoEntry: false });
      return index === undefined || stats === undefined ? [] : [{ name, index, bytes: stats.size, at: stats.mtimeMs }];
    });
    sweep(new Set(stored.map(({ index }) => index.entry.database)), files);
    let bytes = stored.reduce((sum, one) => sum + one.bytes, 0);
    for (const one of stored.toSorted((a, b) => a.at - b.at)) {
      if (bytes <= maxBytes) return;
      remove(one.name);
      bytes -= one.bytes;
    }
  }

  return {
    path,
    nameOf: (content, file) => `${content}-${hash(file.id ?? file.path)}`,
    find(content, name) {
      const others = namesOf(readdirSync(path)).filter((other) => other.startsWith(`${content}-`) && other !== name);
      return [name, ...others].flatMap((other) => {
        const stored = read(other);
        const now = new Date();
        if (stored === undefined || statSync(stored.path, { throwIfNoEntry: false }) === undefined) return [];
        utimesSync(stored.path, now, now);
        return [stored];
      });
    },
    newDatabase(name) {
      const file = `${name}-${randomBytes(6).toString('hex')}.duckdb`;
      return { file, path: inFolder(file) };
    },
    store(name, entry) {
      const before = read(name);
      const written = inFolder(`${name}-${randomBytes(6).toString('hex')}.new`);
      writeFileSync(written, JSON.stringify(entry), { mode: FILE_MODE });
      renameSync(written, inFolder(`${name}.json`));
      if (before !== undefined && before.entry.database !== entry.database) rmSync(before.path, { force: true });
      evict();
    },
    remove,
    note(name) {
      try {
        closeSync(openSync(inFolder(`${name}.asked`), 'wx', FILE_MODE));
        return false;
      } catch {
        return true;
      }
    },
    lock(name) {
      const file = inFolder(`${name}.lock`);
      for (let attempt = 0; attempt < 2; attempt++) {
        try {
          writeFileSync(file, String(process.pid), { flag: 'wx', mode: FILE_MODE });
          return () => rmSync(file, { force: true });
        } catch {
          if (isAlive(writerOf(file))) return undefined;
          rmSync(file, { force: true });
        }
      }
      return undefined;
    },
  };
}
