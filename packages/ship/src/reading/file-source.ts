import { closeSync, fstatSync, openSync, rmSync, statSync } from 'node:fs';
import type { Position } from '../contracts/position.ts';
import type { Chunk, Reader, Source, SourceLine } from '../contracts/source.ts';
import { findCopy, fingerprintOf, hasFingerprint, isPartial } from './fingerprint.ts';
import { type LineFile, readLineFile } from './line-file.ts';

/** Options of {@link openFileSource}. */
export interface FileSourceOptions {
  /** Current path of the file. */
  readonly path: string;
  /** The path that is watched. After a rotation it belongs to another file. */
  readonly watched: string;
  /** Stable id of the file, whatever its name. */
  readonly id: string;
  /** Folder of lock and checkpoints. */
  readonly folder: string;
  /** Nothing will be appended: the last line needs no newline, and the source ends there. */
  readonly isFinal: boolean;
}

/** A program may still write to a renamed file until it opens the new one. */
const RETIRED_AFTER_MS = 600_000;

const generationName = (generation: number): string => String(generation).padStart(8, '0');

/** Whether the watched path belongs to another file now, or the file was deleted. */
function isRotated(handle: number, watched: string): boolean {
  const { ino, nlink } = fstatSync(handle);
  try {
    return nlink === 0 || statSync(watched).ino !== ino;
  } catch {
    return true;
  }
}

/**
 * Reads a file by its handle, so that renaming and deleting do no harm. Each time the file is truncated, the next
 * generation starts; its number is the `file` of positions.
 */
function startReader(
  options: FileSourceOptions,
  from: Position | undefined,
  onProblem: (description: string) => void,
): Reader {
  const { watched, isFinal, id } = options;
  const handle = openSync(options.path, 'r');
  const own = readLineFile(handle, id, options.path);
  let copy: LineFile | undefined;
  let generation = from === undefined ? 1 : Number.parseInt(from.file, 10);
  let offset = from?.offset ?? 0;
  let fingerprint = from?.fingerprint ?? fingerprintOf(handle);
  let grewAt = performance.now();
  let ended = false;

  const positionAt = (at: number): Position => ({ file: generationName(generation), offset: at, fingerprint });

  function beginGeneration(): void {
    copy?.close();
    copy = undefined;
    generation++;
    offset = 0;
    fingerprint = fingerprintOf(handle);
  }

  /** Lines that were not read yet are in the copy, if the rotation made one. */
  function onTruncated(): void {
    const path = findCopy(watched, fingerprint, offset);
    if (path === undefined) {
      onProblem('the file was truncated, and no copy of it was found: lines that were not read yet are lost');
      beginGeneration();
    } else {
      copy = readLineFile(openSync(path, 'r'), id, path);
    }
  }

  function next(): Chunk | undefined {
    if (copy === undefined && (own.size() < offset || !hasFingerprint(handle, fingerprint))) onTruncated();
    const isRetired = performance.now() - grewAt > RETIRED_AFTER_MS && isRotated(handle, watched);
    const isComplete = isFinal || isRetired || copy !== undefined;
    const { lines, end } = (copy ?? own).read(offset, isComplete);
    if (copy === undefined && isPartial(fingerprint)) fingerprint = fingerprintOf(handle);
    offset = end;
    if (lines.length > 0) {
      grewAt = performance.now();
      const { file } = positionAt(0);
      return { lines: lines.map((line): SourceLine => ({ ...line, file })), at: positionAt, end: positionAt(offset) };
    }
    if (copy !== undefined) {
      beginGeneration();
      return { lines: [], at: positionAt, end: positionAt(0) };
    }
    ended = isFinal;
    return undefined;
  }

  return {
    next,
    ended: () => ended,
    close() {
      copy?.close();
      own.close();
    },
  };
}

/** Opens a log file that another program writes and rotates. @throws the system's error */
export function openFileSource(options: FileSourceOptions): Source {
  const { id, folder } = options;
  const handle = openSync(options.path, 'r');
  let isOpen = true;
  return {
    id,
    folder,
    // The fingerprint shows later whether the file was truncated, even if nothing was stored before that.
    start: () => ({ file: generationName(1), offset: 0, fingerprint: fingerprintOf(handle) }),
    open: (from, onProblem) => startReader(options, from, onProblem),
    lag: (from) => (isOpen ? Math.max(0, fstatSync(handle).size - (from?.offset ?? 0)) : 0),
    release({ offset }) {
      const { nlink, size } = fstatSync(handle);
      if (nlink > 0 || offset < size) return false;
      rmSync(folder, { recursive: true, force: true });
      return true;
    },
    close() {
      if (isOpen) closeSync(handle);
      isOpen = false;
    },
  };
}
