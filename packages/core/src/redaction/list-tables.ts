/**
 * Tables whose rows are lists: of SQL, `INSERT INTO users (name, password) VALUES ('ann', '…')`, and of JSON,
 * `{"columns": ["name", "password"], "rows": [["ann", "…"]]}`, `[["name", "password"], ["ann", "…"]]`.
 */

import { matchAt, textBefore } from './lines.ts';
import type { Range } from './rule.ts';

/** Characters of a row. */
const MAX_ROW = 4096;
const MAX_DEPTH = 16;
const CLOSING: Readonly<Record<string, string>> = { '(': ')', '[': ']', '{': '}' };

/** A row, and where it ends, behind its bracket. */
interface ListRow {
  readonly cells: readonly Range[];
  readonly end: number;
}

/** The end of a text in quotes, at its closing quote. A quote in it has a backslash before it, or is doubled. */
function endOfQuoted(text: string, start: number, limit: number): number {
  const quote = text[start];
  for (let index = start + 1; index < limit; index++) {
    if (text[index] === '\\') index++;
    else if (text[index] === quote) {
      if (text[index + 1] !== quote) return index;
      index++;
    }
  }
  return -1;
}

/** The text of a cell without spaces and quotes around it. */
function innerRange(text: string, from: number, to: number): Range {
  let [start, end] = [from, to];
  while (start < end && /\s/.test(text.charAt(start))) start++;
  // A text of Unicode in SQL: `N'…'`.
  if (/^[NE]'/.test(text.slice(start, start + 2))) start++;
  while (start < end && /["'`]/.test(text.charAt(start))) start++;
  while (end > start && /[\s"'`]/.test(text.charAt(end - 1))) end--;
  return { start, end };
}

/** The row that begins with a bracket at `start`; `undefined` if it is none or too long. */
function listRowAt(text: string, start: number): ListRow | undefined {
  const limit = Math.min(text.length, start + MAX_ROW);
  const closing = [CLOSING[text.charAt(start)]];
  const cells: Range[] = [];
  let from = start + 1;
  for (let index = start + 1; index < limit; index++) {
    const character = text.charAt(index);
    if (/["'`]/.test(character)) {
      index = endOfQuoted(text, index, limit);
      if (index < 0) return undefined;
    } else if (CLOSING[character] !== undefined) {
      if (closing.push(CLOSING[character]) > MAX_DEPTH) return undefined;
    } else if (character === closing.at(-1)) {
      closing.pop();
      if (closing.length > 0) continue;
      cells.push(innerRange(text, from, index));
      return { cells, end: index + 1 };
    } else if (character === ',' && closing.length === 1) {
      cells.push(innerRange(text, from, index));
      from = index + 1;
    }
  }
  return undefined;
}

/** Where the rows of a table begin, at the bracket of the first one. */
const VALUES = /\s{0,16}values?\s{0,16}(?=\()/iy;
const NEXT = /\s{0,64},?\s{0,64}(?=[[(])/y;
const ROWS = /["'](?:rows|data|values|records|results|body|items)["']\s{0,3}:\s{0,3}\[\s{0,16}(?=\[)/;
const MAX_BETWEEN = 2048;

function firstRow(text: string, header: Range): number {
  if (text[header.start] === '(') {
    const values = matchAt(VALUES, text, header.end);
    return values === null ? -1 : header.end + values[0].length;
  }
  if (/\[\s{0,16}$/.test(textBefore(text, header.start, 17))) return nextRow(text, header.end);
  const from = Math.max(0, header.start - MAX_BETWEEN);
  const behind = rowsIn(text, header.end, header.end + MAX_BETWEEN);
  return behind < 0 ? rowsIn(text, from, header.start) : behind;
}

/** Where the first row of a member of rows begins, between two places. */
function rowsIn(text: string, start: number, end: number): number {
  const part = text.slice(start, end);
  const member = part.search(ROWS);
  return member < 0 ? -1 : start + part.indexOf('[', part.indexOf('[', member) + 1);
}

function nextRow(text: string, end: number): number {
  const next = matchAt(NEXT, text, end);
  return next === null ? -1 : end + next[0].length;
}

/** Columns may have other members: `{"name": "password", "type": "text"}`. */
const NAME_OF_COLUMN = /["'](?:name|field|id|key)["']\s{0,3}:\s{0,3}["'](?<name>[^"'\\]{1,64})["']/;

const columnName = (cell: string): string =>
  (cell.startsWith('{') ? NAME_OF_COLUMN.exec(cell)?.groups?.['name'] : undefined) ?? cell;

/** A table, and its rows. */
export interface ListTable {
  readonly names: readonly string[];
  readonly rows: () => Generator<ListRow>;
}

/** The table in whose header a place is; `undefined` if it is in none. */
export function listTableAt(text: string, index: number): ListTable | undefined {
  const before = textBefore(text, index, MAX_ROW);
  const opening = Math.max(before.lastIndexOf('('), before.lastIndexOf('['));
  const start = index - before.length + opening;
  const header = opening < 0 ? undefined : listRowAt(text, start);
  if (header === undefined || header.end <= index) return undefined;
  const first = firstRow(text, { start, end: header.end });
  if (first < 0) return undefined;
  const names = header.cells.map((cell) => columnName(text.slice(cell.start, cell.end)));
  return {
    names,
    *rows() {
      for (let at = first; at >= 0;) {
        const row = listRowAt(text, at);
        if (row === undefined || text[at] !== text[start]) return;
        yield row;
        at = nextRow(text, row.end);
      }
    },
  };
}
