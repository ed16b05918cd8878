/** Questions to the table of lines. */

import type { Filter } from '../filter/index.ts';
import { toSql } from '../filter/index.ts';
import type { BadLineCounter } from '../lines/index.ts';
import type { ReadRecord } from '../records/index.ts';
import { readPlaces } from '../records/index.ts';
import { PLACE } from './columns.ts';
import { identifier, type Parameter, rowsOf } from './duckdb.ts';
import { type IndexView, PART } from './log-index.ts';

/** A part of a statement, and its parameters. */
export interface Sql {
  readonly text: string;
  readonly parameters: readonly Parameter[];
}

const OFFSET = identifier(PLACE.offset);
const LENGTH = identifier(PLACE.length);
export const IS_END = identifier(PLACE.isEnd);
export const START = identifier(PLACE.start);
export const STOP = identifier(PLACE.stop);
export const PART_NUMBER = identifier(PART);
/**
 * The order of a scan: files, and in them the ends of lines. A line in parts is whole at the end of its last part;
 * other lines may be between.
 */
export const SCAN_ORDER = `${PART_NUMBER}, ${OFFSET} + ${LENGTH}`;

/** The condition of a filter. */
export function whereOf(view: IndexView, filter: Filter): Sql & { readonly isExact: boolean } {
  const { where, parameters, isExact } = toSql(filter, { column: (column) => view.column(column) });
  return { text: where, parameters, isExact };
}

/** Options of reading. */
interface ReadingOptions {
  readonly bad: BadLineCounter;
  readonly signal?: AbortSignal | undefined;
}

/** Places that are read at once. */
const MAX_PLACES = 20_000;

/**
 * Reads the records of lines that a condition finds, in the order of files and lines.
 *
 * @throws the system's error, the reason of the signal, or the error of DuckDB
 */
export async function* readWhere(
  view: IndexView,
  { text, parameters }: Sql,
  options: ReadingOptions,
): AsyncGenerator<readonly ReadRecord[]> {
  const columns = [PART_NUMBER, OFFSET, LENGTH].join(', ');
  const sql = `SELECT ${columns} FROM ${view.table} WHERE ${text} ORDER BY ${SCAN_ORDER}`;
  let part = 0;
  let places: { offset: number; length: number }[] = [];

  async function* take(): AsyncGenerator<readonly ReadRecord[]> {
    const file = view.files[part];
    const taken = places;
    places = [];
    if (file !== undefined && taken.length > 0) yield* readPlaces(file, taken, options);
  }

  for await (const rows of rowsOf(view.connection, sql, parameters, options.signal)) {
    for (const [inPart, offset, length] of rows) {
      const isPacked = view.files[part]?.isCompressed === true;
      if (Number(inPart) !== part || (places.length >= MAX_PLACES && !isPacked)) yield* take();
      part = Number(inPart);
      places.push({ offset: Number(offset), length: Number(length) });
    }
  }
  yield* take();
}

/** Share of the bytes of lines that a condition finds, 0 to 1. */
export async function shareOf(view: IndexView, where: Sql, signal: AbortSignal | undefined): Promise<number> {
  const sql = `SELECT coalesce(sum(${LENGTH}) FILTER (${where.text}) / sum(${LENGTH}), 0) FROM ${view.table}`;
  for await (const rows of rowsOf(view.connection, sql, where.parameters, signal)) return Number(rows[0]?.[0] ?? 0);
  return 0;
}
