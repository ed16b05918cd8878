/**
 * Prints a stream of bytes for a person: traces as trees when they end, lines of the application in one line each, and
 * lines of other programs exactly as they are.
 */

import { createPrinter } from '@spanline/pretty/internal';
import { createLineSplitter, type RawLine } from '@spanline/query/internal';
import { createPartJoiner, type ParsedLine, parseLine, unwrapLine } from '@spanline/record';
import type { CommandIo } from '../command.ts';

/** Prints chunks that follow each other. */
export interface LivePrinter {
  /** Prints the lines that end in a chunk. */
  add(chunk: Buffer): void;
  /** Prints traces that have not ended. */
  flush(): void;
  /** Prints the text after the last line feed, and everything that waits. */
  end(): void;
}

/** Options of {@link createLivePrinter}. */
export interface LiveOptions {
  readonly color?: boolean;
  /** Lines of other loggers are printed in one line each, too. */
  readonly logs: boolean;
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

/** Creates a printer. What a chunk causes is written at once. */
export function createLivePrinter({ stdout }: Pick<CommandIo, 'stdout'>, { color, logs }: LiveOptions): LivePrinter {
  let pieces: (string | Uint8Array)[] = [];
  let text = '';
  /** The last line that was printed has no line feed. */
  let isLineOpen = false;
  const output = {
    ...(stdout.isTTY === undefined ? {} : { isTTY: stdout.isTTY }),
    ...(stdout.columns === undefined ? {} : { columns: stdout.columns }),
    write: (more: string): void => {
      text += isLineOpen ? `\n${more}` : more;
      isLineOpen = false;
    },
  };
  const printer = createPrinter({ output, ...(color === undefined ? {} : { color }) });
  const splitter = createLineSplitter(0, { isExact: true });
  const parts = createPartJoiner<undefined>();

  function addBytes(bytes: Uint8Array): void {
    if (text !== '') pieces.push(text);
    text = '';
    if (bytes.length > 0) pieces.push(bytes);
    isLineOpen = bytes.at(-1) !== NEWLINE[0];
  }

  function write(): void {
    if (text !== '') pieces.push(text);
    text = '';
    for (const piece of pieces) stdout.write(piece);
    pieces = [];
  }

  /** Prints a line of Spanline. @returns false for another line */
  function print(bytes: Uint8Array): boolean {
    const line = mayBeObject(bytes) ? parseLine(decoder.decode(bytes)) : undefined;
    if (line === undefined || !(isOurs(line) || (logs && isLog(line)))) return false;
    printer.print(line);
    return true;
  }

  /** @param isWhole - a line feed ends the line */
  function take({ bytes, fault, isPart }: RawLine, isWhole: boolean): void {
    const isExcess = isPart === true || fault === 'long';
    const wrapped = isExcess ? undefined : unwrapLine(bytes);
    const joined = wrapped === undefined ? undefined : parts.add(undefined, wrapped);
    if (wrapped !== undefined && joined === undefined) return;
    if (!isExcess && print(joined?.bytes ?? bytes)) return;
    // The parts of a joined line are gone; its content is printed instead of them.
    const shown =
      wrapped !== undefined && joined !== undefined && joined.bytes !== wrapped.bytes ? joined.bytes : bytes;
    addBytes(isWhole && isPart !== true ? Buffer.concat([shown, NEWLINE]) : shown);
  }

  return {
    add(chunk) {
      for (const line of splitter.add(chunk)) take(line, true);
      write();
    },
    flush() {
      printer.flush();
      write();
    },
    end() {
      for (const line of splitter.end()) take(line, false);
      printer.flush();
      write();
    },
  };
}
