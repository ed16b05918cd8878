import { fstatSync, readSync } from 'node:fs';
import type { SourceLine } from '../contracts/source.ts';
import { type Encoding, encodingOf } from './encoding.ts';

/**
 * Treatment of bytes after the last newline:
 *
 * - `open`: more may be appended, they wait.
 * - `torn`: nothing will be appended, they are a torn line.
 * - `whole`: they are a line if they are a JSON object, and wait otherwise.
 */
type FileEnd = 'open' | 'torn' | 'whole';

/** Reads the lines of one open file. */
export interface LineFile {
  readonly file: string;
  /** Current size in bytes. */
  size(): number;
  /** Reads some lines after an offset. Their bytes are valid until the next call. */
  read(offset: number, end: FileEnd): { lines: SourceLine[]; end: number };
  /** Whether a line starts at an offset. */
  startsLine(offset: number): boolean;
}

const NEWLINE = 10;
const CARRIAGE_RETURN = 13;
const CHUNK_BYTES = 131_072;
/** Longer text without a newline counts as damage and is cut there. */
const MAX_LINE_BYTES = 16_777_216;

/** Removes the zero bytes that a file system leaves after a power cut, and the carriage return. */
function trim(line: Buffer): Buffer {
  let start = 0;
  let end = line.length;
  while (start < end && line[start] === 0) start++;
  if (end > start && line[end - 1] === CARRIAGE_RETURN) end--;
  return line.subarray(start, end);
}

/** Whether bytes are a JSON object. */
function isWhole(bytes: Buffer): boolean {
  try {
    return (
      JSON.parse(
        bytes
          .toString('utf8')
          .trim()
          .replace(/^\uFEFF/, ''),
      ) instanceof Object
    );
  } catch {
    return false;
  }
}

/**
 * Wraps an open file, which the caller closes.
 *
 * @param source - id of the source
 * @param file - name of the file, for the lines
 */
export function readLineFile(handle: number, source: string, file: string): LineFile {
  let chunk = Buffer.allocUnsafe(CHUNK_BYTES);
  let encoding: Encoding | undefined;

  function encodingOfFile(): Encoding {
    if (encoding !== undefined) return encoding;
    const start = Buffer.alloc(2);
    const isKnown = readSync(handle, start, 0, 2, 0) === 2;
    const found = encodingOf(start);
    if (isKnown) encoding = found;
    return found;
  }

  const textOf = (from: number, to: number): Buffer => encodingOfFile().toUtf8(chunk.subarray(from, to));

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
    return { bytes: trim(textOf(from, to)), source, file, offset: offset + from, torn };
  }

  function split(offset: number, filled: number): { lines: SourceLine[]; end: number } {
    const { newlineBytes, indexOfNewline } = encodingOfFile();
    const lines: SourceLine[] = [];
    let start = 0;
    for (;;) {
      const newline = indexOfNewline(chunk, start);
      if (newline === -1 || newline + newlineBytes > filled) return { lines, end: offset + start };
      lines.push(lineAt(offset, start, newline, false));
      start = newline + newlineBytes;
    }
  }

  function tail(offset: number, filled: number, torn: boolean): { lines: SourceLine[]; end: number } {
    return { lines: [lineAt(offset, 0, filled, torn)], end: offset + filled };
  }

  return {
    file,
    size: () => fstatSync(handle).size,
    read(offset, fileEnd) {
      for (;;) {
        const filled = fill(offset);
        const found = split(offset, filled);
        if (found.lines.length > 0 || filled === 0) return found;
        if (filled === chunk.length && chunk.length < MAX_LINE_BYTES) {
          chunk = Buffer.allocUnsafe(chunk.length * 2);
          continue;
        }
        if (filled < chunk.length) {
          if (fileEnd === 'open') return found;
          if (fileEnd === 'whole') return isWhole(textOf(0, filled)) ? tail(offset, filled, false) : found;
        }
        return tail(offset, filled, true);
      }
    },
    startsLine(offset) {
      if (offset === 0) return true;
      const byte = Buffer.alloc(1);
      return readSync(handle, byte, 0, 1, offset - 1) === 1 && byte[0] === NEWLINE;
    },
  };
}
