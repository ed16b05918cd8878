import { closeSync, openSync, statSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import type { Position } from '../contracts/position.ts';
import type { Candidate, Discovery, Source } from '../contracts/source.ts';
import { makeFolder } from '../state/folder.ts';
import { fileId } from './file-id.ts';
import { type FileOrigins, type History, openFileOrigins, statFile } from './file-origin.ts';
import { forgetFile, openFileSource } from './file-source.ts';
import { fingerprintBytes, hasPosition } from './fingerprint.ts';
import { expandGlob, isPattern } from './glob.ts';
import { idOf } from './gone-files.ts';
import { isGzip } from './gzip.ts';
import type { LineOptions } from './line-decoder.ts';
import { createPackedFiles, type UnpackedFile } from './packed-files.ts';
import { openReadFiles } from './read-files.ts';
import { createSiblings } from './siblings.ts';

/** Options of {@link discoverFiles}. */
export interface FileDiscoveryOptions {
  /** Paths; `*` and `?` are wildcards. */
  readonly patterns: readonly string[];
  /** Folder of the checkpoints. */
  readonly state: string;
  /** Nothing will be appended to the files. */
  readonly isFinal: boolean;
  /** @defaultValue `{}` */
  readonly lines?: LineOptions;
  /** Unpacked content that may wait to be read. @defaultValue 1 GiB */
  readonly maxUnpackedBytes?: number;
  /** Called when a path cannot be shipped, once until the reason changes. */
  readonly onProblem?: (path: string, reason: string) => void;
}

/** A compressed file. */
interface Packed {
  readonly path: string;
  readonly watched: string;
  /** It is to be read also if it is no copy of a file that is known. */
  readonly isNew: boolean;
}

/** A shorter fingerprint could be the start of any line. */
const MIN_FINGERPRINT_BYTES = 64;

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'does not exist',
  EACCES: 'may not be read (EACCES)',
  EPERM: 'may not be read (EPERM)',
  ENOTSUP: 'is no file on a disk: the system makes up its content',
};

function reasonOf(error: unknown): string {
  const { code } = error as NodeJS.ErrnoException;
  return (code === undefined ? undefined : REASONS[code]) ?? `cannot be read (${code ?? String(error)})`;
}

/** Whether a file is a copy of one that is known, as far as that was read, or cannot be read. */
function isCopy(path: string, positions: readonly Position[]): boolean {
  let handle: number;
  try {
    handle = openSync(path, 'r');
  } catch {
    return true;
  }
  try {
    return positions.some(
      (position) =>
        fingerprintBytes(position.fingerprint ?? '0') >= MIN_FINGERPRINT_BYTES && hasPosition(handle, position),
    );
  } finally {
    closeSync(handle);
  }
}

/**
 * Finds the files at watched paths, and files that were there while no shipper was running: rotated ones, and those
 * that a link named. A file is identified by device and inode, so that renaming it changes nothing.
 */
export function discoverFiles({
  patterns,
  state,
  isFinal,
  lines = {},
  maxUnpackedBytes = 1_073_741_824,
  onProblem = () => {},
}: FileDiscoveryOptions): Discovery {
  const problems = new Map<string, string>();
  let origins: FileOrigins | undefined;

  function note(path: string, reason: string | undefined): void {
    if (reason === undefined) {
      problems.delete(path);
      return;
    }
    if (problems.get(path) === reason) return;
    problems.set(path, reason);
    onProblem(path, reason);
  }

  const readFiles = openReadFiles(state);
  const packed = createPackedFiles({
    state,
    readFiles,
    positions: () => origins?.positions() ?? [],
    onProblem: note,
    maxWaitingBytes: maxUnpackedBytes,
  });

  function open(path: string, watched: string, id: string, folder: string, unpacked?: UnpackedFile): Source {
    try {
      const host = origins?.hostOf(folder) ?? hostname();
      const source = openFileSource({ path, watched, host, id, folder, isFinal, lines, readFiles, unpacked });
      note(path, undefined);
      return source;
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      // A file that was rotated meanwhile is found again under its new name.
      if (code !== 'ENOENT' && code !== 'ESTALE') note(path, reasonOf(error));
      throw error;
    }
  }

  function* candidate(path: string, watched: string, known: FileOrigins): Iterable<Candidate> {
    const stats = statFile(path);
    if (stats === undefined) return;
    const id = fileId(stats);
    const folder = join(state, id);
    try {
      makeFolder(folder);
      if (known.isReplaced(folder, stats)) forgetFile(folder, watched);
      known.save(folder, path, watched, stats);
    } catch (error) {
      note(folder, reasonOf(error));
      return;
    }
    yield { folder, open: () => open(path, watched, id, folder) };
  }

  /** @param isNew - it is to be read if it is no copy of a file that is known */
  function* packedCandidate(path: string, watched: string, known: FileOrigins, isNew: boolean): Iterable<Candidate> {
    const stats = statFile(path);
    if (stats === undefined) return;
    try {
      const unpacked = packed.take(path, stats, isNew);
      if (unpacked === undefined) return;
      const { folder } = unpacked;
      const origin = known.watchedOf(folder) ?? watched;
      yield { folder, open: () => open(path, origin, idOf(folder), folder, unpacked) };
    } catch (error) {
      note(path, reasonOf(error));
    }
  }

  /** Whether a compressed file is a later one than those that are known, or may be one that was hardly known. */
  function isLater(path: string, history: () => History): boolean {
    const { savedAt, hardlyKnownSince } = history();
    const writtenAt = statFile(path)?.mtimeMs ?? 0;
    return savedAt > 0 && (writtenAt > savedAt || writtenAt >= hardlyKnownSince);
  }

  /** Whether a file at another path belongs to a watched path: it has a checkpoint, or is newer and no copy. */
  function belongs(path: string, watched: string, known: FileOrigins, history: () => History): boolean {
    const stats = statFile(path);
    if (stats === undefined) return false;
    if (known.isFrom(join(state, fileId(stats)), watched)) return true;
    const { savedAt, positions } = history();
    return savedAt > 0 && stats.mtimeMs > savedAt && !isCopy(path, positions);
  }

  function* earlierFiles(
    watched: string,
    known: FileOrigins,
    siblingsOf: (path: string) => string[],
    later: Packed[],
  ): Iterable<Candidate> {
    let loaded: History | undefined;
    const history = (): History => (loaded ??= known.historyOf(watched));
    const reals = known.realsOf(watched);
    const paths = new Set([watched, ...reals].flatMap(siblingsOf).concat(reals));
    for (const path of paths) {
      if (isGzip(path)) later.push({ path, watched, isNew: isLater(path, history) });
      else if (path !== watched && belongs(path, watched, known, history)) yield* candidate(path, watched, known);
    }
  }

  function check(path: string): void {
    try {
      const stats = statSync(path);
      if (stats.isFile()) note(path, undefined);
      else note(path, stats.isDirectory() ? 'is a folder' : 'is no file');
    } catch (error) {
      note(path, reasonOf(error));
    }
  }

  function* find(): Iterable<Candidate> {
    const known = (origins ??= openFileOrigins(state));
    known.refresh();
    const siblingsOf = createSiblings();
    const packedFiles: Packed[] = [];
    for (const pattern of patterns) {
      const paths = expandGlob(pattern, note);
      if (isPattern(pattern)) note(pattern, paths.length === 0 ? 'matches no file' : undefined);
      for (const watched of paths) {
        if (statFile(watched) === undefined) check(watched);
        if (isGzip(watched)) {
          packedFiles.push({ path: watched, watched, isNew: true });
          continue;
        }
        yield* earlierFiles(watched, known, siblingsOf, packedFiles);
        yield* candidate(watched, watched, known);
      }
    }
    // A file that has the inode of one that was compressed comes first, so that it gets its folder.
    const wanted = new Set(packedFiles.filter(({ isNew }) => isNew).map(({ path }) => path));
    for (const { path, watched } of packedFiles) yield* packedCandidate(path, watched, known, wanted.has(path));
  }

  return { find, unpacked: () => packed.unpacked(), isBehind: () => packed.isBehind };
}
