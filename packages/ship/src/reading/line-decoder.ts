import { isUtf8 } from 'node:buffer';
import { createPartJoiner, type JoinedLine, readTime, unwrapLine } from '@spanline/record';
import type { SourceLine } from '../contracts/source.ts';
import { createTextLines, type LineStep } from './text-lines.ts';

/** How the lines of files are read. */
export interface LineOptions {
  /** Key of the time, dotted if it is nested. @defaultValue the first of the usual keys that has a time */
  readonly timeKey?: string;
  /**
   * Lines that are no JSON objects: `reject` writes them to the dead letters. `line` makes each the `message` of a line
   * of its own, `multiline` also joins stack traces and indented lines with the text before them.
   *
   * @defaultValue `reject`
   */
  readonly text?: 'reject' | 'line' | 'multiline';
}

const BYTE_ORDER_MARK = Buffer.from([0xef, 0xbb, 0xbf]);

function withoutMark(bytes: Buffer): Buffer {
  return bytes.subarray(0, BYTE_ORDER_MARK.length).equals(BYTE_ORDER_MARK)
    ? bytes.subarray(BYTE_ORDER_MARK.length)
    : bytes;
}

/** The same memory as a buffer. */
function toBuffer({ buffer, byteOffset, byteLength }: Uint8Array): Buffer {
  return Buffer.from(buffer, byteOffset, byteLength);
}

/**
 * Creates the decoder of a file. It removes the wrappers of container runtimes and byte order marks, which also stand
 * where files were joined, joins the parts of long lines, and reads bytes that are not UTF-8 as Latin-1.
 *
 * @param onLatin1 - called for the first line that is not UTF-8
 */
export function createLineDecoder({ timeKey, text = 'reject' }: LineOptions, onLatin1: () => void): LineStep {
  const texts = text === 'reject' ? undefined : createTextLines(text === 'multiline');
  const parts = createPartJoiner<SourceLine>();
  let isLatin1 = false;

  function toUtf8(bytes: Buffer): Buffer {
    if (isUtf8(bytes)) return bytes;
    if (!isLatin1) onLatin1();
    isLatin1 = true;
    return Buffer.from(bytes.toString('latin1'), 'utf8');
  }

  function withTime(line: SourceLine, bytes: Buffer, time: string): SourceLine {
    const iso = readTime(time, Date.now());
    return iso === undefined ? { ...line, bytes } : { ...line, bytes, time: iso };
  }

  function toLine({ first, bytes, time, isCut }: JoinedLine<SourceLine>): SourceLine {
    return { ...withTime(first, toBuffer(bytes), time), torn: isCut };
  }

  function decode(line: SourceLine): SourceLine | undefined {
    const bytes = toUtf8(withoutMark(line.bytes));
    const wrapped = line.torn ? undefined : unwrapLine(bytes);
    if (wrapped === undefined) return bytes === line.bytes ? line : { ...line, bytes };
    const whole = parts.add(line, wrapped);
    if (whole === undefined) return undefined;
    return toLine(whole);
  }

  const stamp = (lines: readonly SourceLine[]): readonly SourceLine[] =>
    timeKey === undefined ? lines : lines.map((line) => ({ ...line, timeKey }));

  return {
    add(lines) {
      const decoded = lines.map(decode).filter((line) => line !== undefined);
      return stamp(texts?.add(decoded) ?? decoded);
    },
    flush(isOver) {
      const cut = isOver ? parts.flush().map(toLine) : [];
      return stamp([...(texts?.flush(isOver) ?? []), ...cut]);
    },
    get waitingFrom() {
      const offsets = parts.waiting().map(({ offset }) => offset);
      if (texts?.waitingFrom !== undefined) offsets.push(texts.waitingFrom);
      return offsets.length === 0 ? undefined : Math.min(...offsets);
    },
  };
}
