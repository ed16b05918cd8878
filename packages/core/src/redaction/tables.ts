/**
 * Tables in a text: of CSV and of tabs (RFC 4180), of Markdown, as terminals draw them, and of lists. The first row
 * names the columns. It may be far above a cell.
 */

import { lazy } from '@spanline/record';
import { listTableAt } from './list-tables.ts';
import type { Range } from './rule.ts';

/** A cell of a table, without the spaces, quotes and emphasis around its text. */
export interface Cell extends Range {
  /** Name of its column. */
  readonly column: string;
  /** Names of all columns. */
  readonly columns: readonly string[];
  /** Its row has other cells than the first one, so that it may be another text. */
  readonly isRagged: boolean;
}

/** Source of a pattern for what follows the name of a column: the end of its cell. */
export const END_OF_COLUMN = `\\d?["'\`*]{0,3}[ \\t\\r]{0,16}[,;|\\t\\n)\\]}]`;

/** Characters of a row before and behind a place. */
const MAX_ROW = 2048;
const DELIMITERS = ['|', '\t', ';', ','] as const;
type Delimiter = (typeof DELIMITERS)[number];

/** A line between rows: `|---|:---:|`, `+-----+-----+`. */
const RULE = /^[ \t]*[|+:=-][\s|+:=-]*$/;
const NAME = lazy(() => new RegExp(String.raw`^[\p{L}\p{M}\p{N}_#][\p{L}\p{M}\p{N} _.#/()-]{0,63}$`, 'u'));
/** Words that a name has at most, and where spaces behind commas make a row look like a sentence. */
const MAX_WORDS = 4;
const SENTENCE = /[,;] /;

/** Where the line that begins at a place ends. */
function endOfLine(text: string, start: number): number {
  const end = text.indexOf('\n', start);
  return end < 0 ? text.length : end;
}

/** The text of a cell inside of its delimiters. */
function innerRange(text: string, start: number, end: number): Range {
  const cell = text.slice(start, end);
  const left = /^[\s"'`*]*/.exec(cell)?.[0].length ?? 0;
  const right = left === cell.length ? 0 : (/[\s"'`*]*$/.exec(cell.slice(-64))?.[0].length ?? 0);
  return { start: start + left, end: end - right };
}

/** The end of a cell in quotes, behind the quote; -1 if none ends there. A quote in it is doubled. */
function endOfQuoted(text: string, start: number, delimiter: Delimiter): number {
  const limit = Math.min(text.length, start + MAX_ROW);
  for (let index = start + 1; index < limit; index++) {
    if (text[index] !== '"') continue;
    if (text[index + 1] === '"') index++;
    else {
      const next = text.slice(index + 1, index + 3);
      return next === '' || next.startsWith(delimiter) || /^\r?\n/.test(next) ? index + 1 : -1;
    }
  }
  return -1;
}

/** A row, and where it ends. */
interface Row {
  readonly cells: readonly Range[];
  readonly end: number;
}

function rowAt(text: string, start: number, delimiter: Delimiter): Row {
  const cells: Range[] = [];
  let [from, end] = [start, endOfLine(text, start)];
  let index = start;
  while (index < end) {
    if (delimiter !== '|' && index === from && text[index] === '"') {
      const quoted = endOfQuoted(text, index, delimiter);
      if (quoted > end) end = endOfLine(text, quoted);
      if (quoted > 0) index = quoted;
    }
    if (text[index] === delimiter) {
      cells.push(innerRange(text, from, index));
      from = index + 1;
    }
    index++;
  }
  cells.push(innerRange(text, from, end));
  if (delimiter !== '|') return { cells, end };
  // The row begins and ends with a sign, or does not.
  const isEmpty = (cell: Range | undefined): boolean => cell !== undefined && cell.end <= cell.start;
  return { cells: cells.slice(isEmpty(cells[0]) ? 1 : 0, isEmpty(cells.at(-1)) ? -1 : undefined), end };
}

/** The first row of a table. */
interface Header {
  readonly names: readonly string[];
  readonly delimiter: Delimiter;
  readonly end: number;
}

function headerOf(text: string, start: number, end: number): Header | undefined {
  const line = text.slice(start, end);
  const delimiter = DELIMITERS.find((some) => line.includes(some));
  if (delimiter === undefined) return undefined;
  const names = rowAt(text, start, delimiter).cells.map((cell) => text.slice(cell.start, cell.end));
  const maxWords = SENTENCE.test(line) && delimiter !== '|' ? 1 : MAX_WORDS;
  const areNames = names.every((name) => NAME().test(name) && name.split(' ').length <= maxWords);
  return areNames && names.length > 1 ? { names, delimiter, end } : undefined;
}

/** The cells below a header, row by row, up to a line that has no delimiter. */
function* cellsBelow(text: string, { names, delimiter, end }: Header, columns: ReadonlySet<number>): Generator<Cell> {
  let isFirst = true;
  for (let start = end + 1; start < text.length;) {
    const lineEnd = endOfLine(text, start);
    const line = text.slice(start, Math.min(lineEnd, start + MAX_ROW));
    if (RULE.test(line)) {
      start = lineEnd + 1;
      continue;
    }
    if (!line.includes(delimiter)) return;
    const row = rowAt(text, start, delimiter);
    const isRagged = row.cells.length !== names.length;
    if (isFirst && isRagged) return;
    isFirst = false;
    for (const column of columns) {
      const cell = row.cells[column];
      if (cell !== undefined && cell.start < cell.end)
        yield { ...cell, column: names[column] ?? '', columns: names, isRagged };
    }
    start = row.end + 1;
  }
}

/** The cells of a table whose rows are lists, under the columns that `isColumn` decides on. */
function* cellsOfLists(text: string, index: number, isColumn: (name: string) => boolean): Generator<Cell> {
  const table = listTableAt(text, index);
  const { names = [] } = table ?? {};
  if (table === undefined || !names.every((name) => NAME().test(name)) || !names.some(isColumn)) return;
  for (const { cells } of table.rows()) {
    if (cells.length !== names.length) return;
    for (const [column, cell] of cells.entries()) {
      const name = names[column] ?? '';
      if (cell.start < cell.end && isColumn(name)) yield { ...cell, column: name, columns: names, isRagged: false };
    }
  }
}

/**
 * The cells under some columns.
 *
 * @param ends - where a text may have the name of such a column in front of a delimiter or the end of a line, in order
 * @param isColumn - decides on the name of a column
 */
export function* cellsUnder(
  text: string,
  ends: Iterable<number>,
  isColumn: (name: string) => boolean,
): Generator<Cell> {
  let readTo = 0;
  for (const index of ends) {
    if (index < readTo) continue;
    for (const cell of cellsOfLists(text, index, isColumn)) {
      readTo = cell.end;
      yield cell;
    }
    if (index < readTo || /[)\]]/.test(text.charAt(index))) continue;
    const before = text.slice(Math.max(readTo, index - MAX_ROW), index);
    const start = index - before.length + before.lastIndexOf('\n') + 1;
    const end = endOfLine(text, index);
    readTo = end;
    const isLineStart = start === 0 || text[start - 1] === '\n';
    if (!isLineStart || end === text.length || end - start > 2 * MAX_ROW) continue;
    const header = headerOf(text, start, end);
    if (header === undefined) continue;
    const columns = new Set(header.names.flatMap((name, column) => (isColumn(name) ? [column] : [])));
    for (const cell of columns.size === 0 ? [] : cellsBelow(text, header, columns)) {
      readTo = cell.end;
      yield cell;
    }
  }
}
