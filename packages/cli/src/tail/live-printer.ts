/** Divides a stream of bytes into lines of Spanline and lines of other programs, and prints them in a form. */

import { createLineSplitter, lineMs, type RawLine } from '@spanline/query/internal';
import { createPartJoiner, type ParsedLine, parseLine, unwrapLine } from '@spanline/record';
import type { LiveForm } from './live-forms.ts';

/** Prints chunks that follow each other. */
export interface LivePrinter {
  /** Prints the lines that end in a chunk. */
  add(chunk: Buffer): void;
  /** Prints the text after the last line feed, and everything that waits. */
  end(): void;
}

/** Options of {@link createLivePrinter}. */
export interface LiveOptions {
  readonly form: LiveForm;
  /** Lines of other loggers are those of Spanline, too. */
  readonly logs: boolean;
  /** Lines before this time are not printed, in milliseconds since the epoch. */
  readonly since?: number;
}

const BRACE = 0x7b;
const SPACES: ReadonlySet<number | undefined> = new Set([0x20, 0x09]);
const NEWLINE = Buffer.from('\n');
const decoder = new TextDecoder();

function mayBeObject(bytes: Uint8Array): boolean {
  let at = 0;
  while (SPACES.has(bytes[at])) at++;
  return bytes[at] === BRACE;
}

/** True for lines of Spanline, and for lines of the application that belong to a trace. */
const isOurs = ({ kind, record }: ParsedLine): boolean => kind !== 'log' || record.trace_id !== undefined;

const isLog = ({ record }: ParsedLine): boolean => record.message !== undefined && record.level !== undefined;

/** Reads a line without its wrapper. */
export const readLine = (bytes: Uint8Array): ParsedLine | undefined =>
  mayBeObject(bytes) ? parseLine(decoder.decode(bytes)) : undefined;

/** Creates a printer. What a chunk causes is printed at once. */
export function createLivePrinter({ form, logs, since = -Infinity }: LiveOptions): LivePrinter {
  const splitter = createLineSplitter(0, { isExact: true });
  const parts = createPartJoiner<undefined>();
  /** A line without a time belongs to those in front of it. */
  let isShown = since === -Infinity;

  /** Adds a line of Spanline. @returns false for another line */
  function addRecord(bytes: Uint8Array): boolean {
    const line = readLine(bytes);
    if (line === undefined) return false;
    const time = isShown && since === -Infinity ? undefined : lineMs(line.record);
    if (time !== undefined) isShown = time >= since;
    if (!(isOurs(line) || (logs && isLog(line)))) return false;
    form.addRecord(line, isShown);
    return true;
  }

  /** @param isWhole - a line feed ends the line */
  function take({ bytes, fault, isPart }: RawLine, isWhole: boolean): void {
    const isExcess = isPart === true || fault === 'long';
    const wrapped = isExcess ? undefined : unwrapLine(bytes);
    const joined = wrapped === undefined ? undefined : parts.add(undefined, wrapped);
    if (wrapped !== undefined && joined === undefined) return;
    if (!isExcess && addRecord(joined?.bytes ?? bytes)) return;
    if (!isShown) return;
    // The parts of a joined line are gone; its content is printed instead of them.
    const shown =
      wrapped !== undefined && joined !== undefined && joined.bytes !== wrapped.bytes ? joined.bytes : bytes;
    form.addBytes(isWhole && isPart !== true ? Buffer.concat([shown, NEWLINE]) : shown);
  }

  return {
    add(chunk) {
      for (const line of splitter.add(chunk)) take(line, true);
      form.print();
    },
    end() {
      for (const line of splitter.end()) take(line, false);
      form.flush();
      form.print();
    },
  };
}
