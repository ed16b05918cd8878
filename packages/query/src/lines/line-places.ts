/** Where the lines of a file stand. The lines themselves are not looked at. */

import type { LogFile } from './log-file.ts';

/** Places of lines, in their order. Blank lines have none. */
export interface LinePlaces {
  readonly count: number;
  /** Bytes before each line. There may be more numbers than lines. */
  readonly offsets: Float64Array;
  /** Bytes of each line, without the line feed. */
  readonly lengths: Float64Array;
  /** Bytes up to the end of the last line, its line feed included. */
  readonly end: number;
}

/** Options of {@link findLines}. */
interface FindLinesOptions {
  /** Bytes to read. What stands behind the last line feed in them is left out. */
  readonly size: number;
  readonly signal?: AbortSignal | undefined;
  readonly onBytes?: (bytes: number, lines: number) => void;
}

const NEWLINE = 10;
const VERTICAL_TAB = 11;
const FORM_FEED = 12;
const SPACE = 0x20;
const FIRST_LINES = 65_536;

/** Tab, line feed, vertical tab, form feed, carriage return and space: what C counts as white space. */
const isSpace = (byte: number): boolean => byte === SPACE || (byte >= 9 && byte <= 13);

function grown(numbers: Float64Array): Float64Array<ArrayBuffer> {
  const more = new Float64Array(numbers.length * 2);
  more.set(numbers);
  return more;
}

/**
 * Finds the lines of a file that is not compressed.
 *
 * @returns `undefined` if a line of white space is no blank line to every reader
 * @throws the system's error, or the reason of the signal
 */
export async function findLines(file: LogFile, options: FindLinesOptions): Promise<LinePlaces | undefined> {
  const { size, signal, onBytes } = options;
  let offsets = new Float64Array(FIRST_LINES);
  let lengths = new Float64Array(FIRST_LINES);
  let count = 0;
  let end = 0;
  let read = 0;
  /** Only white space was seen in the line so far. */
  let isBlank = true;
  let isOdd = false;

  function seeSpace(chunk: Buffer, from: number, to: number): void {
    for (let at = from; at < to; at++) {
      const byte = chunk[at] ?? 0;
      if (!isSpace(byte)) {
        isBlank = false;
        return;
      }
      isOdd ||= byte === VERTICAL_TAB || byte === FORM_FEED;
    }
  }

  for await (const whole of file.chunks(0)) {
    signal?.throwIfAborted();
    const chunk = whole.subarray(0, Math.max(0, size - read));
    for (let at = 0; ;) {
      const newline = chunk.indexOf(NEWLINE, at);
      if (isBlank) seeSpace(chunk, at, newline === -1 ? chunk.length : newline);
      if (newline === -1) break;
      if (!isBlank) {
        if (count === offsets.length) [offsets, lengths] = [grown(offsets), grown(lengths)];
        offsets[count] = end;
        lengths[count] = read + newline - end;
        count++;
      } else if (isOdd) return undefined;
      isOdd = false;
      isBlank = true;
      end = read + newline + 1;
      at = newline + 1;
    }
    read += chunk.length;
    onBytes?.(read, count);
    if (read >= size) break;
  }
  return { count, offsets, lengths, end };
}
