import { closeSync, existsSync, fstatSync, openSync, rmSync, type Stats } from 'node:fs';
import { join } from 'node:path';
import type { Position } from '../contracts/position.ts';
import { makeFolder } from '../state/folder.ts';
import type { KnownPosition } from './file-origin.ts';
import { fingerprintBytes, hasPosition, startOf } from './fingerprint.ts';
import { type GzipFile, identifyGzip, unpack } from './gzip.ts';
import { contentKey, type ReadFiles } from './read-files.ts';

/** A compressed file that is ready to be read. */
export interface UnpackedFile {
  /** Identifies the content. */
  readonly key: string;
  /** Folder of the checkpoints. It is that of the file from before its compression, if that was read in part. */
  readonly folder: string;
  /** Path of the content. */
  readonly content: string;
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
}

/** Compressed files. Each is unpacked once, in the background, and read whole. */
export interface PackedFiles {
  /**
   * A file that is to be read; `undefined` if it was read before, is no compressed file, or is not unpacked yet.
   *
   * @param isNew - whether the file is to be read if it is no copy of a known one
   */
  take(path: string, stats: Stats, isNew: boolean): UnpackedFile | undefined;
  /** Resolves when nothing is being unpacked. @returns whether a file was, since the last call */
  unpacked(): Promise<boolean>;
}

const CONTENT = 'content';
/** Fewer bytes could be the start of any file. */
const MIN_BYTES = 64;

const isTelling = ({ offset, fingerprint = '0' }: Position): boolean =>
  offset >= MIN_BYTES || fingerprintBytes(fingerprint) >= MIN_BYTES;

/** Creates the room of compressed files in a state folder. */
export function createPackedFiles({ state, readFiles, positions, onProblem }: PackedFilesParts): PackedFiles {
  const identities = new Map<string, { readonly version: string; readonly file: GzipFile | undefined }>();
  const damaged = new Map<string, string>();
  const ignored = new Map<string, string>();
  let working: Promise<void> | undefined;
  let isUnpacked = false;

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
      damaged.set(path, version);
      onProblem(path, `cannot be unpacked (${(error as NodeJS.ErrnoException).code ?? String(error)})`);
    }
  }

  /** One at a time. A file that is still being compressed is tried again once it has changed. */
  function begin(path: string, version: string, to: string): void {
    if (working !== undefined || damaged.get(path) === version) return;
    working = unpackOnce(path, version, to).finally(() => (working = undefined));
  }

  /** The file from before the compression; `read` if all of it was read. */
  function twinOf(content: string): string | undefined {
    const handle = openSync(content, 'r');
    try {
      const { size } = fstatSync(handle);
      if (readFiles.has(contentKey(handle, size))) return 'read';
      const known = positions();
      const same = known
        .filter(({ position }) => isTelling(position) && hasPosition(handle, position))
        .toSorted((a, b) => b.position.offset - a.position.offset);
      const folder = same[0]?.folder;
      const ofSinks = known.filter((one) => one.folder === folder);
      return ofSinks.length > 0 && ofSinks.every(({ position }) => position.offset >= size) ? 'read' : folder;
    } finally {
      closeSync(handle);
    }
  }

  function take(path: string, stats: Stats, isNew: boolean): UnpackedFile | undefined {
    const version = `${stats.dev} ${stats.ino} ${stats.size} ${stats.mtimeMs}`;
    if (ignored.get(path) === version) return undefined;
    const file = identify(path, version);
    if (file === undefined) {
      if (isNew) onProblem(path, 'is no whole gzip file');
      return undefined;
    }
    const { key, start } = file;
    if (readFiles.has(key)) return undefined;
    const canBeKnown = isNew || positions().some(({ position }) => startOf(position.fingerprint ?? '') === start);
    if (!canBeKnown) {
      ignored.set(path, version);
      return undefined;
    }
    const own = join(state, key);
    const content = join(own, CONTENT);
    if (!existsSync(content)) {
      makeFolder(own);
      begin(path, version, content);
      return undefined;
    }
    const end = (): void => {
      readFiles.add(key);
      rmSync(own, { recursive: true, force: true });
    };
    const twin = twinOf(content);
    if (twin === 'read' || (twin === undefined && !isNew)) {
      end();
      return undefined;
    }
    return { key, folder: twin ?? own, content, end };
  }

  return {
    take,
    async unpacked() {
      await working;
      const isReady = isUnpacked;
      isUnpacked = false;
      return isReady;
    },
  };
}
