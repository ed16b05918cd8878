import { fstatSync, readSync } from 'node:fs';
import { trimLine } from '@spanline/record';
import type { SourceLine } from '../contracts/source.ts';
import { type Encoding, encodingOf } from './encoding.ts';
import type { ReadBytes } from './fingerprint.ts';
import type { OpenFile } from './shared-file.ts';

/**
 * Treatment of bytes after the last newline:
 *
 * - `open`: more may be appended, they wait.
 * - `torn`: nothing will be appended, they are a torn line.
 * - `whole`: they are a line if they are a JSON object, and wait otherwise.
 */
type FileEnd = 'open' | 'torn' | 'whole';

/** Lines that were read, with the bytes that they are in. */
interface ReadLines extends ReadBytes {
  readonly lines: readonly SourceLine[];
  readonly end: number;
}

/** Reads the lines of one open file. */
export interface LineFile {
  /** Current size in bytes. */
  size(): number;
  /** Reads some lines after an offset. Their bytes are valid until the next call. */
  read(offset: number, end: FileEnd): ReadLines;
  /** Whether a line starts at an offset. */
  startsLine(offset: number): boolean;
}

const NEWLINE = 10;
const CHUNK_BYTES = 131_072;
/** Longer text without a newline counts as damage and is cut there. */
const MAX_LINE_BYTES = 16_777_216;

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
 * Wraps an open file, which the caller closes. The handle may change to that of a copy.
 *
 * @param source - id of the source
 */
export function readLineFile(file: OpenFile, source: string): LineFile {
  let chunk = Buffer.allocUnsafe(CHUNK_BYTES);
  let encoding: Encoding | undefined;

  function encodingOfFile(): Encoding {
    if (encoding !== undefined) return encoding;
    const start = Buffer.alloc(2);
    const isKnown = readSync(file.handle, start, 0, 2, 0) === 2;
    const found = encodingOf(start);
    if (isKnown) encoding = found;
    return found;
  }

  const textOf = (from: number, to: number): Buffer => encodingOfFile().toUtf8(chunk.subarray(from, to));

  /**
   * Reads once. The bytes of two reads may be those of two contents, if the file is truncated between them.
   * @returns the number of bytes
   */
  const fill = (offset: number): number => readSync(file.handle, chunk, 0, chunk.length, offset);

  /** Reads on to the end of the file, or of the room. @returns the number of bytes */
  function fillUp(offset: number, from: number): number {
    let filled = from;
    while (filled < chunk.length) {
      const bytes = readSync(file.handle, chunk, filled, chunk.length - filled, offset + filled);
      if (bytes === 0) break;
      filled += bytes;
    }
    return filled;
  }

  function lineAt(offset: number, from: number, to: number, torn: boolean): SourceLine {
    return { bytes: trimLine(textOf(from, to)), source, file: file.path, offset: offset + from, torn };
  }

  function split(offset: number, filled: number): ReadLines {
    const { newlineBytes, indexOfNewline } = encodingOfFile();
    const bytes = chunk.subarray(0, filled);
    const lines: SourceLine[] = [];
    let start = 0;
    for (;;) {
      const newline = indexOfNewline(chunk, start);
      if (newline === -1 || newline + newlineBytes > filled) return { lines, end: offset + start, offset, bytes };
      lines.push(lineAt(offset, start, newline, false));
      start = newline + newlineBytes;
    }
  }

  function tail(offset: number, filled: number, torn: boolean): ReadLines {
    const bytes = chunk.subarray(0, filled);
    return { lines: [lineAt(offset, 0, filled, torn)], end: offset + filled, offset, bytes };
  }

  return {
    size: () => fstatSync(file.handle).size,
    read(offset, fileEnd) {
      for (;;) {
        const first = fill(offset);
        let found = split(offset, first);
        if (found.lines.length > 0 || first === 0) return found;
        const filled = fillUp(offset, first);
        if (filled > first) found = split(offset, filled);
        if (found.lines.length > 0) return found;
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
      return readSync(file.handle, byte, 0, 1, offset - 1) === 1 && byte[0] === NEWLINE;
    },
  };
}
