/** Lines of a file as the application logged them: without byte order marks and wrappers, in UTF-8, parts joined. */

import { isUtf8 } from 'node:buffer';
import { createPartJoiner, unwrapLine } from '@spanline/record';
import type { BadLineReason } from './bad-lines.ts';
import type { LogFile } from './log-file.ts';
import { createLineSplitter, type RawLine, type TakeLine } from './split-lines.ts';

/** A line as it was logged. */
export interface LogLine {
  /** UTF-8. The memory is reused for lines of later batches. */
  readonly bytes: Buffer;
  readonly offset: number;
  /** Number of the line, or of its first part. 1 where reading began. */
  readonly number: number;
  /** Bytes from the offset to the end of the line, wrappers and other parts between included. */
  readonly length: number;
  /** Stored parts of a line that was written in several. Other lines may stand between them. */
  readonly parts?: readonly { readonly offset: number; readonly length: number }[];
  /** Time that a container runtime or a collector wrote before the line, unchanged. */
  readonly time?: string;
  /** The line is not whole. */
  readonly fault?: Extract<BadLineReason, 'long' | 'torn'>;
}

/** Lines that were read at once. */
interface LineBatch {
  readonly lines: readonly LogLine[];
  /** Bytes before the first line that is not read yet. Reading may go on there. */
  readonly end: number;
}

const MARK = Buffer.from([0xef, 0xbb, 0xbf]);

function withoutMark(bytes: Buffer): Buffer {
  return bytes.subarray(0, MARK.length).equals(MARK) ? bytes.subarray(MARK.length) : bytes;
}

function isBlank(bytes: Buffer): boolean {
  return bytes.every((byte) => byte === 0x20 || byte === 0x09);
}

/** Turns stored lines into logged ones. */
interface Decoder {
  add(raw: readonly RawLine[]): LogLine[];
  /** Lines whose last part never came. */
  end(): LogLine[];
  /** Offset of the first part that waits for its end. */
  readonly waitingFrom: number | undefined;
}

function createDecoder(): Decoder {
  const parts = createPartJoiner<RawLine>();

  function decode(raw: RawLine): LogLine | undefined {
    const { offset, number, length, fault } = raw;
    const marked = offset === 0 ? withoutMark(raw.bytes) : raw.bytes;
    const bytes = isUtf8(marked) ? marked : Buffer.from(marked.toString('latin1'));
    if (fault !== undefined) return { bytes, offset, number, length, fault };
    const wrapped = unwrapLine(bytes);
    if (wrapped === undefined) return isBlank(bytes) ? undefined : { bytes, offset, number, length };
    const whole = parts.add(raw, wrapped);
    if (whole === undefined) return undefined;
    const { buffer, byteOffset, byteLength } = whole.bytes;
    const line = {
      bytes: Buffer.from(buffer, byteOffset, byteLength),
      offset: whole.first.offset,
      number: whole.first.number,
      length: offset + length - whole.first.offset,
      time: whole.time,
      ...(whole.parts.length === 0 ? {} : { parts: whole.parts }),
    };
    return whole.isCut ? { ...line, fault: 'torn' } : line;
  }

  return {
    add: (raw) => raw.flatMap((line) => decode(line) ?? []),
    end: () =>
      parts
        .waiting()
        .map(({ bytes, offset, number, length }): LogLine => ({ bytes, offset, number, length, fault: 'torn' })),
    get waitingFrom() {
      const offsets = parts.waiting().map(({ offset }) => offset);
      return offsets.length === 0 ? undefined : Math.min(...offsets);
    },
  };
}

/** Options of {@link readLines}. */
export interface ReadLinesOptions {
  /** Where to begin: the start of a line. @defaultValue 0 */
  readonly from?: number;
  /** Leave the text after the last line feed out: more may be appended. @defaultValue false */
  readonly isGrowing?: boolean;
  readonly signal?: AbortSignal | undefined;
  /** Takes lines that stand in one chunk, before they are cut out. @defaultValue none */
  readonly take?: TakeLine | undefined;
}

/**
 * Reads the lines of a file.
 *
 * @throws the system's error, the error of the compression, or the reason of the signal
 */
export async function* readLines(file: LogFile, options: ReadLinesOptions = {}): AsyncGenerator<LineBatch> {
  const { from = 0, isGrowing = false, signal, take } = options;
  const splitter = createLineSplitter(from, { take });
  const decoder = createDecoder();
  let end = from;
  for await (const chunk of file.chunks(from)) {
    signal?.throwIfAborted();
    const lines = decoder.add(splitter.add(chunk));
    if (splitter.offset === end) continue;
    end = splitter.offset;
    yield { lines, end: decoder.waitingFrom ?? end };
  }
  if (isGrowing) return;
  const rest = splitter.end();
  const lines = [...decoder.add(rest), ...decoder.end()];
  if (lines.length > 0) yield { lines, end: rest.reduce((_, line) => line.offset + line.length, end) };
}

/**
 * The line at an offset, from its stored bytes. Those hold the line feed too, unless the file ends before it. Other
 * lines may stand between the parts of one line.
 */
export function lineAt(bytes: Buffer, offset: number): LogLine | undefined {
  const splitter = createLineSplitter(offset);
  const decoder = createDecoder();
  const lines = [...decoder.add(splitter.add(bytes)), ...decoder.add(splitter.end())];
  return lines.find((line) => line.offset === offset);
}
