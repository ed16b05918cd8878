/** Names of the cells of a row, in a table whose rows are lists: `{ columns: ['user', 'password'], rows: [[…]] }`. */

import { dataMember } from './data-member.ts';
import { decidesByName } from './decides-by-name.ts';
import { isNoWord } from './secrets/secret-values.ts';
import { isPieceOfText } from './secrets/sibling-names.ts';

/** Members that hold the names of columns, and those of a column that hold its name. */
const COLUMNS = ['columns', 'header', 'headers', 'fields', 'columnNames', 'column_names', 'cols'];
const NAMES = ['name', 'field', 'id', 'key'];
const MAX_COLUMNS = 256;
const NAME = /^[^\s"'](?:[^\r\n"']{0,62}[^\s"'])?$/;

/** A list of rows with a column whose name decides on its cells. */
export interface Table {
  readonly rows: readonly unknown[];
  readonly names: readonly string[];
  /** The first row names the columns. */
  readonly hasHeader: boolean;
}

function columnName(column: unknown): string | undefined {
  const name = typeof column === 'string' ? column : dataMember(column, ...NAMES);
  return typeof name === 'string' && NAME.test(name) ? name : undefined;
}

/** The names in a list of columns; `undefined` if it is another list, or no name in it decides. */
function namesIn(columns: unknown): string[] | undefined {
  if (!Array.isArray(columns) || columns.length > MAX_COLUMNS) return undefined;
  const names: string[] = [];
  for (let index = 0; index < columns.length; index++) {
    const name = columnName(columns[index]);
    if (name === undefined) return undefined;
    names.push(name);
  }
  return names.some(decidesByName) ? names : undefined;
}

/**
 * The table that a list is; `undefined` for other lists.
 *
 * @param holder - what the list is in
 */
export function tableOf(rows: readonly unknown[], holder: unknown): Table | undefined {
  const [first] = rows;
  if (!Array.isArray(first)) return undefined;
  const names = namesIn(dataMember(holder, ...COLUMNS));
  if (names?.length === first.length) return { rows, names, hasHeader: false };
  const header = rows.length > 1 && first.length > 1 && typeof first[0] === 'string' ? namesIn(first) : undefined;
  return header && { rows, names: header, hasHeader: true };
}

/** Names of the cells of a row by their index; `undefined` for the header and for what is no row of the table. */
export function rowNames(row: readonly unknown[], table: Table): ReadonlyMap<number, string> | undefined {
  const { rows, names, hasHeader } = table;
  if (row.length !== names.length || (hasHeader && row === rows[0])) return undefined;
  const named = new Map<number, string>();
  for (const [index, name] of names.entries()) {
    const cell = row[index];
    if (!decidesByName(name) || (typeof cell === 'string' && isPieceOfText(name, names, cell))) continue;
    // A list of pairs may begin with a password, and its other names are words.
    const mayBePair = hasHeader && names.length === 2 && index === 0;
    if (mayBePair && !(typeof cell === 'string' && /\d/.test(cell) && isNoWord(cell) && !isNoWord(names[1] ?? '')))
      continue;
    named.set(index, name);
  }
  return named;
}
