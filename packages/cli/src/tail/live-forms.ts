/** Forms of what `spanline tail` prints: for a person, for programs (`--json`), and as Markdown (`--md`). */

import { createPrinter } from '@spanline/pretty/internal';
import type { ParsedLine } from '@spanline/record';
import type { CommandIo } from '../command.ts';
import { contentLines, fenced, safeJson } from '../report/index.ts';

/** A form. What was added is kept until it is taken. */
export interface LiveForm {
  /** Adds a line of Spanline. @param isShown - false if the line is before the time that printing begins at */
  addRecord(line: ParsedLine, isShown: boolean): void;
  /** Adds a line of another program, byte for byte. It may lack its line feed. */
  addBytes(bytes: Uint8Array): void;
  /** Adds the traces that have not ended. */
  flush(): void;
  /** Prints what was added. */
  print(): void;
}

type Pieces = (string | Uint8Array)[];
type Output = Pick<CommandIo['stdout'], 'isTTY' | 'columns'>;

const LINE_FEED = 0x0a;
const MARKDOWN_WIDTH = 120;

/** Trees and lines, in the order in which they came. */
function createPieces({ isTTY, columns }: Output, color: boolean | undefined) {
  let pieces: Pieces = [];
  let isMuted = false;
  /** The last line that was added has no line feed. */
  let isLineOpen = false;
  const output = {
    ...(isTTY === undefined ? {} : { isTTY }),
    ...(columns === undefined ? {} : { columns }),
    write(text: string): void {
      if (isMuted) return;
      pieces.push(isLineOpen ? `\n${text}` : text);
      isLineOpen = false;
    },
  };
  const printer = createPrinter({ output, ...(color === undefined ? {} : { color }) });
  return {
    addRecord(line: ParsedLine, isShown: boolean): void {
      // A trace that ends later has this line in its tree.
      isMuted = !isShown;
      printer.print(line);
      isMuted = false;
    },
    addBytes(bytes: Uint8Array): void {
      if (bytes.length > 0) pieces.push(bytes);
      isLineOpen = bytes.at(-1) !== LINE_FEED;
    },
    flush: () => printer.flush(),
    take(): Pieces {
      const taken = pieces;
      pieces = [];
      return taken;
    },
  };
}

/** Trees, lines in one line each, and everything else as it is. */
export function createTerminalForm({ stdout }: Pick<CommandIo, 'stdout'>, color?: boolean): LiveForm {
  const pieces = createPieces(stdout, color);
  return {
    ...pieces,
    print() {
      let text = '';
      const write = (): void => {
        if (text !== '') stdout.write(text);
        text = '';
      };
      for (const piece of pieces.take()) {
        if (typeof piece === 'string') text += piece;
        else {
          write();
          stdout.write(piece);
        }
      }
      write();
    },
  };
}

/** A line of JSON for each line of Spanline, in the canonical form. Other lines go to the standard error. */
export function createJsonForm({ stdout, stderr }: Pick<CommandIo, 'stdout' | 'stderr'>): LiveForm {
  let text = '';
  const others: Uint8Array[] = [];
  return {
    addRecord({ record, rest }, isShown) {
      if (isShown) text += `${safeJson(JSON.stringify({ ...rest, ...record }))}\n`;
    },
    addBytes: (bytes) => void others.push(bytes),
    flush() {},
    print() {
      if (text !== '') stdout.write(text);
      text = '';
      for (const bytes of others.splice(0)) stderr.write(bytes);
    },
  };
}

const toBytes = (piece: string | Uint8Array): Uint8Array => (typeof piece === 'string' ? Buffer.from(piece) : piece);

/** Fences with what the terminal has, made safe. */
export function createMarkdownForm({ stdout }: Pick<CommandIo, 'stdout'>): LiveForm {
  const pieces = createPieces({ columns: MARKDOWN_WIDTH }, false);
  return {
    ...pieces,
    print() {
      const taken = Buffer.concat(pieces.take().map(toBytes));
      const text = taken.toString().replace(/^\n+|\s+$/g, '');
      if (text !== '') stdout.write(`${fenced(contentLines(text), 'text').join('\n')}\n\n`);
    },
  };
}
