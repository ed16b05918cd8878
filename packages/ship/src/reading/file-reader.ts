import { fstatSync, statSync } from 'node:fs';
import type { Position } from '../contracts/position.ts';
import type { Chunk, Reader, SourceLine } from '../contracts/source.ts';
import { hasPackedCopy } from './copies.ts';
import type { Content, ContentParts } from './file-content.ts';
import { fileId } from './file-id.ts';
import { fingerprintAt, fingerprintIn, hasPosition, startOf, withStart } from './fingerprint.ts';
import { idOf } from './known-files.ts';
import { createLineDecoder, type LineOptions } from './line-decoder.ts';
import { readLineFile } from './line-file.ts';

/** A program may still write to a renamed file until it opens the new one. */
const RETIRED_AFTER_MS = 600_000;
/** Programs write a stack trace at once. */
const TEXT_WAITS_MS = 1000;

/** Options of {@link startReader}. */
export interface ReaderOptions extends ContentParts {
  /** Nothing will be appended: the source ends at the end of the file. */
  readonly isFinal: boolean;
  readonly lines: LineOptions;
}

/** Whether the watched path belongs to another file now, or the file was deleted. */
function isRotated(handle: number, watched: string): boolean {
  const own = fstatSync(handle);
  try {
    return own.nlink === 0 || fileId(statSync(watched)) !== fileId(own);
  } catch {
    return true;
  }
}

/** Reads a content by its handle, so that renaming and deleting its file do no harm. */
export function startReader(
  { origin, folder, isFinal, lines: lineOptions }: ReaderOptions,
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
