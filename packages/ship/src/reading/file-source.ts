import { closeSync, fstatSync, openSync, readSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Position } from '../contracts/position.ts';
import type { Chunk, Reader, Source, SourceLine } from '../contracts/source.ts';
import { isCheckpoint, loadCheckpoint, saveCheckpoint, sinkOf } from '../state/checkpoint.ts';
import { listNames } from '../state/file-names.ts';
import { fileId } from './file-id.ts';
import { fingerprintAt, fingerprintOf, hasPosition, isPartial, openCopy, startOf } from './fingerprint.ts';
import { keepPlaces } from './gone-files.ts';
import { createLineDecoder, type LineOptions } from './line-decoder.ts';
import { type LineFile, readLineFile } from './line-file.ts';
import type { UnpackedFile } from './packed-files.ts';
import { contentKey, type ReadFiles } from './read-files.ts';
import { shareHandle, type SharedHandle } from './shared-handle.ts';

/** Options of {@link openFileSource}. */
export interface FileSourceOptions {
  /** Current path of the file. */
  readonly path: string;
  /** The path that is watched. After a rotation it belongs to another file. */
  readonly watched: string;
  /** The host that found the file first. */
  readonly host: string;
  /** Id of the file that was found at `path`, see {@link fileId}. */
  readonly id: string;
  /** Folder of lock and checkpoints. */
  readonly folder: string;
  /** The unpacked content of a compressed file. It is read instead of the file, and is whole. */
  readonly unpacked?: UnpackedFile | undefined;
  /** Files that were read and are gone. */
  readonly readFiles: ReadFiles;
  /** Nothing will be appended: the source ends at the end of the file. */
  readonly isFinal: boolean;
  readonly lines: LineOptions;
}

/** A program may still write to a renamed file until it opens the new one. */
const RETIRED_AFTER_MS = 600_000;
/** Programs write a stack trace at once. */
const TEXT_WAITS_MS = 1000;

const generationName = (generation: number): string => String(generation).padStart(8, '0');

/** Whether the watched path belongs to another file now, or the file was deleted. */
function isRotated(handle: number, watched: string): boolean {
  const own = fstatSync(handle);
  try {
    return own.nlink === 0 || fileId(statSync(watched)) !== fileId(own);
  } catch {
    return true;
  }
}

/**
 * Reads a file by its handle, so that renaming and deleting do no harm. Each time the file is truncated, the next
 * generation starts; its number is the `file` of positions.
 */
function startReader(
  { watched, path, host, folder, isFinal: isLast, id, lines: lineOptions, unpacked }: FileSourceOptions,
  shared: SharedHandle,
  from: Position | undefined,
  onProblem: (description: string) => void,
): Reader {
  const { handle } = shared;
  const isFinal = isLast || unpacked !== undefined;
  shared.retain();
  let generation = from === undefined ? 1 : Number.parseInt(from.file, 10);
  let own = openOwn();
  let copy: { readonly file: LineFile; readonly handle: number } | undefined;
  let offset = from?.offset ?? 0;
  /** Fingerprint of the file's first bytes. */
  let start = startOf(from?.fingerprint ?? fingerprintOf(handle));
  /** Fingerprint of the place that is read next. */
  let fingerprint = from?.fingerprint ?? start;
  /** End of the last chunk. */
  let last: Position = { file: generationName(generation), offset, fingerprint };
  let grewAt = performance.now();
  let ended = false;

  function sourceId(): string {
    return `${host}:${watched}:${id}:${generationName(generation)}`;
  }

  function openOwn(): LineFile {
    return readLineFile(handle, sourceId(), path);
  }

  const decoder = createLineDecoder(lineOptions, () => onProblem('some lines are not UTF-8; they are read as Latin-1'));

  function positionAt(at: number): Position {
    const current = copy?.handle ?? handle;
    return { file: generationName(generation), offset: at, fingerprint: fingerprintAt(current, start, at) };
  }

  /**
   * A chunk of decoded lines. A line that was joined from parts comes after lines that began behind it, so a position
   * is never behind the first of the lines that follow.
   */
  function toChunk(decoded: readonly SourceLine[]): Chunk {
    let least = decoder.waitingFrom ?? offset;
    const end = positionAt(least);
    const safe = new Map<number, number>();
    for (const line of decoded.toReversed()) safe.set(line.offset, (least = Math.min(least, line.offset)));
    const before = last;
    last = end;
    const { handle: current } = copy ?? shared;
    const isStill = (): boolean => hasPosition(current, end);
    // A file that was truncated meanwhile has other bytes at these places.
    return { lines: decoded, at: (place) => (isStill() ? positionAt(safe.get(place) ?? place) : before), end };
  }

  function leaveCopy(): void {
    if (copy !== undefined) closeSync(copy.handle);
    copy = undefined;
  }

  function beginGeneration(): void {
    leaveCopy();
    generation++;
    own = openOwn();
    offset = 0;
    fingerprint = start = fingerprintOf(handle);
  }

  /** Lines that were not read yet are in the copy, if the rotation made one. */
  function onTruncated(): void {
    const found = openCopy(watched, { offset, fingerprint });
    if (found === undefined) {
      if (!keepPlaces(folder, watched, generationName(generation))) reportLoss();
      beginGeneration();
    } else {
      copy = { file: readLineFile(found.handle, sourceId(), found.path), handle: found.handle };
    }
  }

  function reportLoss(): void {
    onProblem('the file was truncated or replaced, and no copy of it was found: lines not read yet are lost');
  }

  function next(): Chunk | undefined {
    if (copy === undefined && !hasPosition(handle, { offset, fingerprint })) onTruncated();
    const isRetired = performance.now() - grewAt > RETIRED_AFTER_MS && isRotated(handle, watched);
    const end = isRetired || copy !== undefined || unpacked !== undefined ? 'torn' : isFinal ? 'whole' : 'open';
    const chunk = (copy?.file ?? own).read(offset, end);
    // It was truncated while it was read.
    if (copy === undefined && chunk.lines.length > 0 && !hasPosition(handle, { offset, fingerprint })) return next();
    if (copy === undefined && isPartial(start)) start = fingerprintOf(handle);
    offset = chunk.end;
    fingerprint = fingerprintAt(copy?.handle ?? handle, start, offset);
    if (chunk.lines.length > 0) {
      grewAt = performance.now();
      return toChunk(decoder.add(chunk.lines));
    }
    if (copy !== undefined) {
      beginGeneration();
      return { lines: [], at: positionAt, end: positionAt(0) };
    }
    // A text that nothing was appended to for a while is whole.
    if (isFinal || isRetired || performance.now() - grewAt > TEXT_WAITS_MS) {
      const text = decoder.flush();
      if (text.length > 0) return toChunk(text);
    }
    const left = own.size() - (decoder.waitingFrom ?? offset);
    if (isFinal && !ended && left > 0) {
      onProblem(`the last ${left} bytes are no whole line yet; they wait for the next run`);
    }
    ended = isFinal;
    return undefined;
  }

  return {
    next,
    ended: () => ended,
    close() {
      leaveCopy();
      shared.release();
    },
  };
}

/** A fingerprint that no file has. */
const NO_FILE = '0-1';

/** Says that the folder's file is gone: another one has its inode. Its checkpoints do not hold for that one. */
export function forgetFile(folder: string, watched: string): void {
  for (const name of listNames(folder).filter(isCheckpoint)) {
    const { position } = loadCheckpoint(join(folder, name));
    if (position !== undefined) keepPlaces(folder, watched, position.file);
    if (position !== undefined) saveCheckpoint(folder, sinkOf(name), { ...position, fingerprint: NO_FILE });
  }
}

/** Whether the system makes up the content as it is read, as in `/proc`: no place in it can be found again. */
function isMadeUp(handle: number): boolean {
  if (fstatSync(handle).size > 0) return false;
  return readSync(handle, Buffer.alloc(1), 0, 1, 0) > 0 && fstatSync(handle).size === 0;
}

/** Opens the file. @throws an error if the path has come to belong to another file, or has no lasting content */
function openFound(path: string, id: string): number {
  const handle = openSync(path, 'r');
  const isSame = fileId(fstatSync(handle)) === id;
  if (isSame && !isMadeUp(handle)) return handle;
  closeSync(handle);
  if (isSame) throw Object.assign(new Error(`${path} is made up by the system`), { code: 'ENOTSUP' });
  throw Object.assign(new Error(`${path} is another file now`), { code: 'ESTALE' });
}

/**
 * Opens a log file that another program writes and rotates. The file is opened once; it is read and identified by its
 * handle.
 *
 * @throws the system's error; `ESTALE` if the path has come to belong to another file since it was found
 */
export function openFileSource(options: FileSourceOptions): Source {
  const { id, folder, path, unpacked, readFiles } = options;
  const shared = shareHandle(unpacked === undefined ? openFound(path, id) : openSync(unpacked.content, 'r'));
  const { handle } = shared;
  let isOpen = true;
  return {
    id: path,
    folder,
    // The fingerprint shows later whether the file was truncated, even if nothing was stored before that.
    start: () => ({ file: generationName(1), offset: 0, fingerprint: fingerprintOf(handle) }),
    open: (from, onProblem) => startReader(options, shared, from, onProblem),
    lag: (from) => (isOpen ? Math.max(0, fstatSync(handle).size - (from?.offset ?? 0)) : 0),
    release({ offset }) {
      const { nlink, size } = fstatSync(handle);
      if (offset < size || (unpacked === undefined && nlink > 0)) return false;
      // It may come again as a compressed file.
      readFiles.add(contentKey(handle, size));
      unpacked?.end();
      rmSync(folder, { recursive: true, force: true });
      return true;
    },
    close() {
      if (isOpen) shared.release();
      isOpen = false;
    },
  };
}
