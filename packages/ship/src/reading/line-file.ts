import { closeSync, fstatSync, readSync } from 'node:fs';
import type { SourceLine } from '../engine/types.ts';

/** Lines of one file. */
export interface LineFile {
  readonly file: string;
  /** Bytes of the file now. */
  size(): number;
  /**
   * Complete lines after an offset, as many as are read at once. Their bytes are valid until the next call.
   * @param whole - the file is complete: bytes after the last newline are a line that was torn
   */
  read(offset: number, whole: boolean): { lines: SourceLine[]; end: number };
  /** True when a line begins there. */
  startsLine(offset: number): boolean;
  close(): void;
}

const NEWLINE = 10;
const CARRIAGE_RETURN = 13;
const CHUNK_BYTES = 131_072;
/** No line is longer; what has no newline for so long is damaged, and is cut there. */
const MAX_LINE_BYTES = 16_777_216;

/** A line without the zero bytes that a file system leaves where a power cut hit. */
function trim(buffer: Buffer, from: number, to: number): Buffer {
  let start = from;
  let end = to;
  while (start < end && buffer[start] === 0) start++;
  if (end > start && buffer[end - 1] === CARRIAGE_RETURN) end--;
  return buffer.subarray(start, end);
}

/** Reads a file that is open. `close` closes it. */
export function readLineFile(handle: number, file: string): LineFile {
  let chunk = Buffer.allocUnsafe(CHUNK_BYTES);

  function fill(offset: number): number {
    let filled = 0;
    while (filled < chunk.length) {
      const bytes = readSync(handle, chunk, filled, chunk.length - filled, offset + filled);
      if (bytes === 0) break;
      filled += bytes;
    }
    return filled;
  }

  function lineAt(offset: number, from: number, to: number, torn: boolean): SourceLine {
    const bytes = trim(chunk, from, to);
    const end = offset + to + (torn ? 0 : 1);
    return { bytes, file, offset: offset + from, end, torn };
  }

  function split(offset: number, filled: number): { lines: SourceLine[]; end: number } {
    const lines: SourceLine[] = [];
    let start = 0;
    for (;;) {
      const newline = chunk.indexOf(NEWLINE, start);
      if (newline === -1 || newline >= filled) return { lines, end: offset + start };
      lines.push(lineAt(offset, start, newline, false));
      start = newline + 1;
    }
  }

  return {
    file,
    size: () => fstatSync(handle).size,
    read(offset, whole) {
      for (;;) {
        const filled = fill(offset);
        const found = split(offset, filled);
        if (found.lines.length > 0 || filled === 0) return found;
        if (filled === chunk.length && chunk.length < MAX_LINE_BYTES) {
          chunk = Buffer.allocUnsafe(chunk.length * 2);
          continue;
        }
        if (!whole && filled < chunk.length) return found;
        return { lines: [lineAt(offset, 0, filled, true)], end: offset + filled };
      }
    },
    startsLine(offset) {
      if (offset === 0) return true;
      const byte = Buffer.alloc(1);
      return readSync(handle, byte, 0, 1, offset - 1) === 1 && byte[0] === NEWLINE;
    },
    close: () => closeSync(handle),
  };
}
