import { closeSync, fstatSync, openSync, rmSync, statSync } from 'node:fs';
import type { Chunk, Reader, Source, SourceLine } from '../engine/types.ts';
import type { Position } from '../state/checkpoint.ts';
import { bearsMark, findCopy, isShort, markOf } from './file-marks.ts';
import { type LineFile, readLineFile } from './line-file.ts';

/** Options of {@link openFileSource}. */
export interface FileSourceOptions {
  /** Where the file is now. */
  readonly path: string;
  /** The name that is watched; another file stands there after a rotation. */
  readonly watched: string;
  /** Stable name of the file, whatever it is called. */
  readonly id: string;
  /** Folder of lock and checkpoints. */
  readonly folder: string;
  /** Nothing will be written any more: the last line needs no newline, and the source ends there. */
  readonly isFinal: boolean;
}

/** A program may write to a file that was renamed until it opens the new one. */
const AFTERLIFE_MS = 600_000;
const generationName = (generation: number): string => String(generation).padStart(8, '0');

/** True when the watched name stands for another file now, or the file was deleted. */
function isRotated(handle: number, watched: string): boolean {
  const { ino, nlink } = fstatSync(handle);
  try {
    return nlink === 0 || statSync(watched).ino !== ino;
  } catch {
    return true;
  }
}

/** A file is read by its handle, so that renaming and deleting do no harm. Each time it was cut it is another generation. */
function startReader(options: FileSourceOptions, from: Position | undefined, problem: (text: string) => void): Reader {
  const { watched, isFinal } = options;
  const handle = openSync(options.path, 'r');
  const own = readLineFile(handle, options.path);
  let copy: LineFile | undefined;
  let generation = from === undefined ? 1 : Number.parseInt(from.file, 10);
  let offset = from?.offset ?? 0;
  let mark = from?.mark ?? markOf(handle);
  let grewAt = performance.now();
  let ended = false;

  const place = (at: number): Position => ({ file: generationName(generation), offset: at, mark });

  function beginGeneration(): void {
    copy?.close();
    copy = undefined;
    generation++;
    offset = 0;
    mark = markOf(handle);
  }

  /** What was not read yet stands in the copy, if the rotation made one. */
  function onCut(): void {
    const path = findCopy(watched, mark, offset);
    if (path === undefined) {
      problem('the file was cut, and no copy of it was found: lines that were not read yet are lost');
      beginGeneration();
    } else {
      copy = readLineFile(openSync(path, 'r'), path);
    }
  }

  function next(): Chunk | undefined {
    if (copy === undefined && (own.size() < offset || !bearsMark(handle, mark))) onCut();
    const isRetired = performance.now() - grewAt > AFTERLIFE_MS && isRotated(handle, watched);
    const isWhole = isFinal || isRetired || copy !== undefined;
    const { lines, end } = (copy ?? own).read(offset, isWhole);
    if (copy === undefined && isShort(mark)) mark = markOf(handle);
    offset = end;
    if (lines.length > 0) {
      grewAt = performance.now();
      const { file } = place(0);
      return { lines: lines.map((line): SourceLine => ({ ...line, file })), at: place, end: place(offset) };
    }
    if (copy !== undefined) {
      beginGeneration();
      return { lines: [], at: place, end: place(0) };
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

/** A file of lines that another program writes and rotates. @throws the system's error */
export function openFileSource(options: FileSourceOptions): Source {
  const { id, folder } = options;
  const handle = openSync(options.path, 'r');
  let isOpen = true;
  return {
    id,
    folder,
    // What the file begins with tells later whether it was cut, also when nothing was stored before that.
    start: () => ({ file: generationName(1), offset: 0, mark: markOf(handle) }),
    open: (from, problem) => startReader(options, from, problem),
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
