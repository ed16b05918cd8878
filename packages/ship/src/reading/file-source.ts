import { closeSync, fstatSync, openSync, readSync, rmSync, type Stats, statSync } from 'node:fs';
import type { Position } from '../contracts/position.ts';
import type { Chunk, Reader, Source, SourceLine } from '../contracts/source.ts';
import { hasPackedCopy, openCopy } from './copies.ts';
import { fileId, isSameFile } from './file-id.ts';
import { type FileOrigin, saveStart, seenStart } from './file-origin.ts';
import {
  extendedStart,
  fingerprintAt,
  fingerprintIn,
  hasPosition,
  isPartial,
  type ReadBytes,
  startOf,
  withStart,
} from './fingerprint.ts';
import { firstPlace, idOf } from './known-files.ts';
import { createLineDecoder, type LineOptions } from './line-decoder.ts';
import { readLineFile } from './line-file.ts';
import type { UnpackedFile } from './packed-files.ts';
import { contentKey, type ReadFiles } from './read-files.ts';
import { shareFile, type SharedFile } from './shared-file.ts';

/** Options of {@link openFileSource}. */
export interface FileSourceOptions {
  /** Current path of the file. */
  readonly path: string;
  /** Where the content was found first. After a rotation the watched path belongs to another file. */
  readonly origin: FileOrigin;
  /** The file that was found at `path`. */
  readonly found: Stats;
  /** Folder of lock and checkpoints. */
  readonly folder: string;
  /** The unpacked content of a compressed file. It is read instead of the file. */
  readonly unpacked?: UnpackedFile | undefined;
  /** The file is a copy of one that is gone. */
  readonly isCopy: boolean;
  /** Files that were read and are gone. */
  readonly readFiles: ReadFiles;
  /** Nothing will be appended: the source ends at the end of the file. */
  readonly isFinal: boolean;
  readonly lines: LineOptions;
  /**
   * Called once the file has another content, so that another look finds it.
   * @returns whether that content is noted, so that it is found after a restart as well
   */
  readonly onReplaced: () => boolean;
}

/** The content of a file. It stays what it is when the file gets another one: its rest is in a copy then. */
interface Content {
  readonly file: SharedFile;
  /** Fingerprint of its first bytes, as far as they were seen. */
  readonly start: string;
  /** Nothing is appended to it: what follows its last newline is a torn line. */
  readonly isWhole: boolean;
  /** Its file has another content, and it goes on in a copy. */
  readonly isMoved: boolean;
  /** Its file has another content, and no copy of it was found. */
  readonly isAway: boolean;
  /**
   * Looks at its first bytes, if there were too few.
   *
   * @param read - what was read of the file before
   * @returns false if the file has another content now
   */
  see(read?: ReadBytes): boolean;
  /**
   * Makes sure that a place is in the file, or goes on with the copy that `copytruncate` made.
   * @returns false if the place is nowhere
   */
  locate(place: Place): boolean;
}

type Place = Omit<Position, 'file'>;

/** A program may still write to a renamed file until it opens the new one. */
const RETIRED_AFTER_MS = 600_000;
/** Programs write a stack trace at once. */
const TEXT_WAITS_MS = 1000;

/** Whether the watched path belongs to another file now, or the file was deleted. */
function isRotated(handle: number, watched: string): boolean {
  const own = fstatSync(handle);
  try {
    return own.nlink === 0 || fileId(statSync(watched)) !== fileId(own);
  } catch {
    return true;
  }
}

function openContent(file: SharedFile, isCopy: boolean, { origin, folder, onReplaced }: FileSourceOptions): Content {
  const { watched } = origin;
  let start = seenStart(folder) ?? '0-0';
  let isWhole = isCopy;
  let isAway = false;

  function see(read?: ReadBytes): boolean {
    if (isAway || !isPartial(start)) return true;
    const more = extendedStart(file.handle, start, read);
    if (more === undefined || more === start) return more !== undefined;
    start = more;
    try {
      saveStart(folder, start);
    } catch {
      // The disk is full. The checkpoints have it as well.
    }
    return true;
  }

  function findCopy(place: Place): boolean {
    const copy = openCopy(watched, place);
    if (copy !== undefined) file.moveTo(copy);
    isWhole = copy !== undefined;
    isAway = !isWhole;
    onReplaced();
    return isWhole;
  }

  see();
  return {
    file,
    get start() {
      return start;
    },
    get isWhole() {
      return isWhole;
    },
    get isMoved() {
      return isWhole && !isCopy;
    },
    get isAway() {
      return isAway;
    },
    see,
    locate({ offset, fingerprint = '0-0' }) {
      const place = { offset, fingerprint: withStart(fingerprint, start) };
      return !isAway && (hasPosition(file.handle, place) || (!isWhole && findCopy(place)));
    },
  };
}

/** Reads a content by its handle, so that renaming and deleting its file do no harm. */
function startReader(
  { origin, folder, isFinal, lines: lineOptions }: FileSourceOptions,
  content: Content,
  from: Position,
  onProblem: (description: string) => void,
): Reader {
  const { file } = content;
  const { host, watched, bornAt } = origin;
  file.retain();
  // A file that is created later may get the inode.
  const own = readLineFile(file, `${host}:${watched}:${idOf(folder)}:${bornAt}:${from.file}`);
  let { offset } = from;
  /** Fingerprint of the place that is read next. */
  let fingerprint = from.fingerprint ?? content.start;
  /** End of the last chunk. */
  let last: Position = { file: from.file, offset, fingerprint };
  let grewAt = performance.now();
  let ended = false;

  const decoder = createLineDecoder(lineOptions, () => onProblem('some lines are not UTF-8; they are read as Latin-1'));

  const startNow = (): string => startOf(withStart(fingerprint, content.start));

  /**
   * A chunk of decoded lines. A line that was joined from parts comes after lines that began behind it, so a position
   * is never behind the first of the lines that follow.
   */
  function toChunk(decoded: readonly SourceLine[]): Chunk {
    const before = last;
    const reached: Position = { file: from.file, offset, fingerprint };

    function positionAt(at: number): Position {
      if (at === reached.offset) return reached;
      const position = { ...reached, offset: at, fingerprint: fingerprintAt(file.handle, startNow(), at) };
      // A file that was truncated meanwhile has other bytes at these places.
      return hasPosition(file.handle, reached) ? position : before;
    }

    let least = decoder.waitingFrom ?? offset;
    const end = (last = positionAt(least));
    const safe = new Map<number, number>();
    for (const line of decoded.toReversed()) safe.set(line.offset, (least = Math.min(least, line.offset)));
    return { lines: decoded, at: (place) => positionAt(safe.get(place) ?? place), end };
  }

  /** The content is in no file any more. */
  function lose(): Chunk | undefined {
    const waiting = decoder.flush(true);
    if (waiting.length > 0) return { lines: waiting, at: () => last, end: last };
    if (!ended && !hasPackedCopy(watched, content.start)) {
      onProblem('the file was truncated or replaced, and no copy of it was found: lines not read yet are lost');
    }
    ended = true;
    return undefined;
  }

  /** Nothing follows at the moment. */
  function rest(isOver: boolean): Chunk | undefined {
    const waiting = decoder.flush(isOver);
    if (waiting.length > 0) return toChunk(waiting);
    const left = own.size() - (decoder.waitingFrom ?? offset);
    if (isFinal && !ended && left > 0) {
      onProblem(`the last ${left} bytes are no whole line yet; they wait for the next run`);
    }
    ended = isFinal || content.isWhole;
    return undefined;
  }

  function next(): Chunk | undefined {
    const place = { offset, fingerprint };
    if (!content.locate(place)) return lose();
    const isOver =
      content.isWhole || (performance.now() - grewAt > RETIRED_AFTER_MS && isRotated(file.handle, watched));
    const chunk = own.read(offset, isOver ? 'torn' : isFinal ? 'whole' : 'open');
    if (chunk.lines.length > 0) {
      const isSame = hasPosition(file.handle, place) && content.see(chunk);
      const reached = isSame ? fingerprintIn(file.handle, startNow(), chunk.end, chunk) : undefined;
      // It was truncated while it was read.
      if (reached === undefined) return next();
      fingerprint = reached;
      offset = chunk.end;
      grewAt = performance.now();
      return toChunk(decoder.add(chunk.lines));
    }
    content.see();
    // A text that nothing was appended to for a while is whole.
    if (isOver || isFinal || performance.now() - grewAt > TEXT_WAITS_MS) return rest(isOver);
    return undefined;
  }

  return { next, ended: () => ended, close: () => file.release() };
}

/** Whether the system makes up the content as it is read, as in `/proc`: no place in it can be found again. */
function isMadeUp(handle: number): boolean {
  if (fstatSync(handle).size > 0) return false;
  return readSync(handle, Buffer.alloc(1), 0, 1, 0) > 0 && fstatSync(handle).size === 0;
}

/** Opens the file. @throws an error if the path has come to belong to another file, or has no lasting content */
function openFound(path: string, found: Stats): number {
  const handle = openSync(path, 'r');
  const isSame = isSameFile(fstatSync(handle), found, path);
  if (isSame && !isMadeUp(handle)) return handle;
  closeSync(handle);
  if (isSame) throw Object.assign(new Error(`${path} is made up by the system`), { code: 'ENOTSUP' });
  throw Object.assign(new Error(`${path} is another file now`), { code: 'ESTALE' });
}

/** A content of a log file. */
export interface FileSource extends Source {
  /** Looks at the first bytes, if there were too few to know a copy of the file. */
  see(): void;
}

/**
 * Opens a log file that another program writes and rotates. The file is opened once; it is read and identified by its
 * handle. The `file` of positions is the number of the content in its inode.
 *
 * @throws the system's error; `ESTALE` if the path has come to belong to another file since it was found
 */
export function openFileSource(options: FileSourceOptions): FileSource {
  const { found, folder, path, unpacked, isCopy, readFiles, onReplaced } = options;
  const handle = unpacked === undefined ? openFound(path, found) : openSync(unpacked.content, 'r');
  const file = shareFile({ handle, path });
  const content = openContent(file, isCopy || unpacked !== undefined, options);
  let isOpen = true;

  // The fingerprint shows later whether the file was truncated, even if nothing was stored before that.
  const start = (): Position => firstPlace(folder, content.start);

  return {
    id: path,
    folder,
    start,
    see() {
      try {
        if (isOpen) content.see();
      } catch {
        // A disk or a server is gone. Its reader says so.
      }
    },
    open: (from, onProblem) => startReader(options, content, from ?? start(), onProblem),
    lag(from) {
      try {
        return isOpen && !content.isAway ? Math.max(0, fstatSync(file.handle).size - (from?.offset ?? 0)) : 0;
      } catch {
        return 0;
      }
    },
    release(slowest, isFinished) {
      if (!isOpen) return false;
      const isOver = content.isWhole || content.isAway || fstatSync(file.handle).nlink === 0;
      if (!isOver) return false;
      if (!content.locate(slowest)) {
        // Its folder stays: a copy may come.
        if (isFinished) onReplaced();
        return isFinished;
      }
      const { size } = fstatSync(file.handle);
      if (slowest.offset < size) return false;
      // Only this folder tells that its file is watched, until the content that came after it has one.
      if (content.isMoved && !onReplaced()) return false;
      // It may come again as a compressed file.
      readFiles.add(contentKey(file.handle, size));
      unpacked?.end();
      rmSync(folder, { recursive: true, force: true });
      return true;
    },
    close() {
      if (isOpen) file.release();
      isOpen = false;
    },
  };
}
