import { existsSync, rmSync, statfsSync, type Stats, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Position } from '../contracts/position.ts';
import { isCheckpoint, loadCheckpoint } from '../state/checkpoint.ts';
import { isDiskFull, listNames } from '../state/file-names.ts';
import { makeFolder } from '../state/folder.ts';
import { findTwin } from './copies.ts';
import { hasOrigin, loadOrigin, originOf, realPath, saveOrigin, settle } from './file-origin.ts';
import { startOf } from './fingerprint.ts';
import { type GzipFile, identifyGzip, unpack } from './gzip.ts';
import type { KnownPosition } from './known-files.ts';
import { openReadEnds } from './read-ends.ts';
import type { ReadFiles } from './read-files.ts';

/** A compressed file that is ready to be read. */
export interface UnpackedFile {
  /** Folder of the checkpoints. It is that of the file from before its compression, if that was read in part. */
  readonly folder: string;
  /** Path of the content. */
  readonly content: string;
  /** Where it is read from: its start, or the place up to which it was read when the file was shorter. */
  readonly from: Omit<Position, 'file'> | undefined;
  /** Removes the content for ever: it was read. */
  end(): void;
}

/** Collaborators of {@link createPackedFiles}. */
export interface PackedFilesParts {
  /** Folder of the state. */
  readonly state: string;
  readonly readFiles: ReadFiles;
  /** Positions of the files that are known under their plain names. */
  readonly positions: () => readonly KnownPosition[];
  readonly onProblem: (path: string, reason: string | undefined) => void;
  /** Content that may wait to be read. The next file is unpacked when there is less; one file may have more. */
  readonly maxWaitingBytes: number;
}

/** Compressed files. Each is unpacked once, in the background, and read whole. */
export interface PackedFiles {
  /**
   * A file that is to be read; `undefined` if it was read before, is no compressed file, or is not unpacked yet.
   *
   * @param isNew - whether the file is to be read if it is no copy of a known one. Once it was new, it goes on to be.
   */
  take(path: string, watched: string, stats: Stats, isNew: boolean): UnpackedFile | undefined;
  /** Resolves when nothing is being unpacked. @returns whether a file was, since the last call */
  unpacked(): Promise<boolean>;
  /** Whether a file waits until the content of others was read. */
  readonly isBehind: boolean;
}

const CONTENT = 'content';
/** Whether the name of a folder is that of a compressed file. */
export const isPackedFolder = (name: string): boolean => name.startsWith('gzip-');
/** Room that the content of a file leaves on the disk for others. */
const MIN_FREE_BYTES = 67_108_864;
const FULL_AGAIN_MS = 10_000;
/** Creates the room of compressed files in a state folder. */
export function createPackedFiles({
  state,
  readFiles,
  positions,
  onProblem,
  maxWaitingBytes,
}: PackedFilesParts): PackedFiles {
  const identities = new Map<string, { readonly version: string; readonly file: GzipFile | undefined }>();
  const damaged = new Map<string, string>();
  const ignored = new Map<string, string>();
  const full = new Map<string, number>();
  const readEnds = openReadEnds(state);
  let working: Promise<void> | undefined;
  let isUnpacked = false;
  /** Whether the content that waits has reached its limit. */
  let isFull = false;

  function identify(path: string, version: string): GzipFile | undefined {
    const known = identities.get(path);
    if (known?.version === version) return known.file;
    const file = identifyGzip(path);
    identities.set(path, { version, file });
    return file;
  }

  async function unpackOnce(path: string, version: string, to: string): Promise<void> {
    try {
      await unpack(path, to);
      isUnpacked = true;
      onProblem(path, undefined);
    } catch (error) {
      if (isDiskFull(error)) full.set(path, performance.now());
      else damaged.set(path, version);
      onProblem(path, `cannot be unpacked (${(error as NodeJS.ErrnoException).code ?? String(error)})`);
    }
  }

  /** Bytes of content that waits to be read. */
  function waitingBytes(): number {
    return listNames(state)
      .filter(isPackedFolder)
      .reduce((sum, name) => sum + (statSync(join(state, name, CONTENT), { throwIfNoEntry: false })?.size ?? 0), 0);
  }

  /** The places up to which a file was read before another member was appended to it. */
  function positionsOfShorter(path: string, own: string): KnownPosition[] {
    return listNames(state)
      .filter(isPackedFolder)
      .map((name) => join(state, name))
      .filter((folder) => folder !== own && loadOrigin(folder)?.real === realPath(path))
      .flatMap((folder) => {
        const checkpoints = listNames(folder).filter(isCheckpoint);
        const places = checkpoints.flatMap((name) => loadCheckpoint(join(folder, name)).position ?? []);
        return places.map((position) => ({ folder, position }));
      });
  }

  /** A disk that is full is not filled again and again. */
  function hasRoom(path: string, bytes: number): boolean {
    const since = full.get(path);
    if (since !== undefined && performance.now() - since < FULL_AGAIN_MS) return false;
    const { bavail, bsize } = statfsSync(state);
    if (bytes + MIN_FREE_BYTES <= bavail * bsize) {
      full.delete(path);
      return true;
    }
    full.set(path, performance.now());
    onProblem(path, 'cannot be unpacked: the disk of `dir` has too little room');
    return false;
  }

  /** One at a time. A file that is still being compressed is tried again once it has changed. */
  function begin(path: string, version: string, to: string, bytes: number): void {
    if (working !== undefined || isFull || damaged.get(path) === version) return;
    isFull = waitingBytes() >= maxWaitingBytes;
    if (isFull || !hasRoom(path, bytes)) return;
    working = unpackOnce(path, version, to).finally(() => (working = undefined));
  }

  function take(path: string, watched: string, stats: Stats, isNew: boolean): UnpackedFile | undefined {
    const version = `${stats.dev} ${stats.ino} ${stats.size} ${stats.mtimeMs}`;
    if (!isNew && ignored.get(path) === version) return undefined;
    const file = identify(path, version);
    if (file === undefined) {
      if (isNew) onProblem(path, 'is no whole gzip file');
      return undefined;
    }
    const { key, start, bytes } = file;
    if (readFiles.has(key)) return undefined;
    const own = join(state, key);
    const isWanted = isNew || hasOrigin(own);
    const canBeKnown = isWanted || positions().some(({ position }) => startOf(position.fingerprint ?? '') === start);
    if (!canBeKnown) {
      ignored.set(path, version);
      return undefined;
    }
    const content = join(own, CONTENT);
    if (!existsSync(content)) {
      makeFolder(own);
      if (isWanted && !hasOrigin(own)) saveOrigin(own, { ...originOf(path, watched, stats), start });
      begin(path, version, content, bytes);
      return undefined;
    }
    const end = (): void => {
      readFiles.add(key);
      readEnds.add(stats, content);
      rmSync(own, { recursive: true, force: true });
      isFull = false;
    };
    const twin = findTwin(content, [...positions(), ...positionsOfShorter(path, own)], readFiles);
    if (twin === undefined ? !isWanted : twin.isRead) {
      if (twin?.folder !== undefined) settle(twin.folder);
      end();
      return undefined;
    }
    const from = twin === undefined ? readEnds.of(stats, path, content) : undefined;
    return { folder: twin?.folder ?? own, content, from, end };
  }

  return {
    take,
    async unpacked() {
      await working;
      const isReady = isUnpacked;
      isUnpacked = false;
      return isReady;
    },
    get isBehind() {
      return isFull;
    },
  };
}
