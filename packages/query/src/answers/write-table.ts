/** Rows as text: CSV for spreadsheets, NDJSON for programs. */

import type { RecordValue } from '@spanline/record';

/** One row of a table, by the name of the column. */
export type TableRow = Readonly<Record<string, RecordValue | null>>;

/** A cell that begins like this is a formula in a spreadsheet; a text of a log must not become one. */
const FORMULA = /^[=+\-@\t\r]/;
const QUOTED = /[",\r\n]/;

function textOf(value: RecordValue | null | undefined): string {
  if (value === null || value === undefined) return '';
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  const text = typeof value === 'string' ? value : value.join('; ');
  return FORMULA.test(text) ? `'${text}` : text;
}

function quote(text: string): string {
  return QUOTED.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** The head of a table in CSV (RFC 4180), with its line end. */
export function csvHead(names: readonly string[]): string {
  return `${names.map((name) => quote(textOf(name))).join(',')}\r\n`;
}

/** One row in CSV, with its line end. A text that a spreadsheet would take for a formula gets a `'` before it. */
export function csvRow(names: readonly string[], row: TableRow): string {
  return `${names.map((name) => quote(textOf(row[name]))).join(',')}\r\n`;
}

/** One row as a line of JSON. Missing values are left out. */
export function jsonRow(names: readonly string[], row: TableRow): string {
  return `${JSON.stringify(Object.fromEntries(names.flatMap((name) => (row[name] === null ? [] : [[name, row[name]]]))))}\n`;
}
