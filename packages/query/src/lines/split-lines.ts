/** Cuts chunks of bytes into lines. Only `\n` ends a line: a text may hold any other separator of Unicode. */

import { trimLine } from '@spanline/record';

/** A line of a file, as it is stored. */
export interface RawLine {
  /** Without the line feed and a carriage return before it. The memory is reused once the chunk's lines are done. */
  readonly bytes: Buffer;
  readonly offset: number;
  /** 1 for the line where reading began. */
  readonly number: number;
  /** Stored bytes, without the line feed. */
  readonly length: number;
  /** `long`: the line is longer than allowed, and its bytes were left out. `torn`: the content ends before its end. */
  readonly fault?: 'long' | 'torn';
  /** Bytes of a long line; the rest of it follows. Exact splitters alone make parts. */
  readonly isPart?: true;
}

/**
 * Reads a line of a chunk where it stands.
 *
 * @param end - index of the line feed
 * @param offset - of the line in the file
 * @returns whether it was read; if not, the line is among the others
 */
export type TakeLine = (chunk: Buffer, from: number, end: number, offset: number) => boolean;

/** Options of {@link createLineSplitter}. */
export interface SplitOptions {
  /**
   * Bytes are exactly those that are stored. A line that is longer than allowed comes in parts, instead of being left
   * out; the last of them has the fault `long`.
   *
   * @defaultValue false
   */
  readonly isExact?: boolean;
  /** Takes lines that stand in one chunk, before they are cut out. @defaultValue none */
  readonly take?: TakeLine | undefined;
}

/** Cuts chunks that follow each other. */
export interface LineSplitter {
  /** Lines that end in a chunk, without those that were taken. */
  add(chunk: Buffer): RawLine[];
  /** The text after the last line feed. */
  end(): RawLine[];
  /** Offset of the first line that has not ended. */
  readonly offset: number;
}

const NEWLINE = 10;
const NO_BYTES = Buffer.alloc(0);
/** A line feed, and bytes behind it: readers of lines look at several bytes at once. */
const BEHIND = Buffer.from('\n   ');
/** Longest line that is read. */
const MAX_LINE_BYTES = 67_108_864;

/** Creates the splitter of content that begins at an offset. */
export function createLineSplitter(from: number, { isExact = false, take }: SplitOptions = {}): LineSplitter {
  let offset = from;
  let number = 1;
  let pieces: Buffer[] = [];
  let kept = 0;
  let length = 0;

  const edit = isExact ? (bytes: Buffer): Buffer => bytes : trimLine;

  /** Keeps a piece of a line. Adds a part of a long one to the lines. */
  function keep(piece: Buffer, lines: RawLine[]): void {
    length += piece.length;
    if (length > MAX_LINE_BYTES) {
      if (isExact) lines.push({ bytes: Buffer.concat([...pieces, piece]), offset, number, length, isPart: true });
      pieces = [];
      kept = 0;
    } else if (piece.length > 0) {
      // The chunk's memory is reused.
      pieces.push(Buffer.from(piece));
      kept += piece.length;
    }
  }

  /** Moves behind the line that was kept. */
  function next(): void {
    offset += length + 1;
    number++;
    pieces = [];
    kept = 0;
    length = 0;
  }

  /** Has a line of several chunks taken, as if it stood in one. */
  function takeWhole(): boolean {
    if (take === undefined || length > MAX_LINE_BYTES) return false;
    const chunk = Buffer.concat([...pieces, BEHIND], kept + BEHIND.length);
    if (!take(chunk, 0, kept, offset)) return false;
    next();
    return true;
  }

  function whole(isTorn: boolean): RawLine {
    const isLong = length > MAX_LINE_BYTES;
    const bytes = isLong ? NO_BYTES : edit(Buffer.concat(pieces, kept));
    const line = {
      bytes,
      offset,
      number,
      length,
      ...(isLong ? { fault: 'long' as const } : isTorn ? { fault: 'torn' as const } : {}),
    };
    next();
    return line;
  }

  return {
    add(chunk) {
      const lines: RawLine[] = [];
      let start = 0;
      for (;;) {
        const newline = chunk.indexOf(NEWLINE, start);
        if (newline === -1) break;
        if (length === 0 && take?.(chunk, start, newline, offset) === true) {
          offset += newline - start + 1;
          number++;
        } else if (length === 0 && newline - start <= MAX_LINE_BYTES) {
          const bytes = chunk.subarray(start, newline);
          lines.push({ bytes: edit(bytes), offset, number, length: bytes.length });
          offset += bytes.length + 1;
          number++;
        } else {
          keep(chunk.subarray(start, newline), lines);
          if (!takeWhole()) lines.push(whole(false));
        }
        start = newline + 1;
      }
      keep(chunk.subarray(start), lines);
      return lines;
    },
    end: () => (length === 0 ? [] : [whole(true)]),
    get offset() {
      return offset;
    },
  };
}
