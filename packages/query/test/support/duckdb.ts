/** A real DuckDB with records in a table, as an index of a log has them. */

import { type DuckDBConnection, DuckDBInstance, listValue, mapValue } from '@duckdb/node-api';
import { type Column, columnOf, columnValues, type SqlFilter, sqlType } from '@spanline/query';
import type { SpanRecord } from '@spanline/record';
import { RECORD_KEYS } from './arbitrary.ts';

const columns = [...RECORD_KEYS, 'user.id'].flatMap((key) => columnOf(key) ?? []);
const indexed = columns.filter(({ type }) => type !== 'words' && type !== 'open');
const labels = columns.filter(({ type }) => type === 'open');

type Cell = string | number | boolean | null | ReturnType<typeof listValue> | ReturnType<typeof mapValue>;

function cell(column: Column, record: SpanRecord): Cell {
  const values = columnValues(column, record);
  const [value = null] = values;
  if (column.isList) return values.length === 0 ? null : listValue([...values]);
  // The column casts it.
  return typeof value === 'number' ? String(value) : value;
}

function labelCell(record: SpanRecord): Cell {
  const entries = labels.flatMap((column) =>
    columnValues(column, record).map((value) => ({ key: column.key.slice('labels.'.length), value: String(value) })),
  );
  return entries.length === 0 ? null : mapValue(entries);
}

/** A table of records. */
export interface Table {
  /** Replaces the rows. */
  fill(records: readonly SpanRecord[]): Promise<void>;
  /** Places of the records that fit, in their order. */
  find(filter: SqlFilter): Promise<number[]>;
  close(): void;
}

/** Makes a table in memory. */
export async function createTable(): Promise<Table> {
  const instance = await DuckDBInstance.create(':memory:');
  const connection: DuckDBConnection = await instance.connect();
  const definitions = indexed.map((column) => `"${column.key}" ${sqlType(column)}`);
  await connection.run(`CREATE TABLE spans (place INTEGER, ${definitions.join(', ')}, labels MAP(VARCHAR, VARCHAR))`);
  const places = Array.from({ length: indexed.length + 2 }, (_, index) => `$${index + 1}`);
  return {
    async fill(records) {
      await connection.run('DELETE FROM spans');
      for (const [place, record] of records.entries()) {
        const row = [place, ...indexed.map((column) => cell(column, record)), labelCell(record)];
        await connection.run(`INSERT INTO spans VALUES (${places.join(', ')})`, row);
      }
    },
    async find({ where, parameters }) {
      const sql = `SELECT place FROM spans WHERE ${where} ORDER BY place`;
      const reader = await connection.runAndReadAll(sql, [...parameters]);
      return reader.getRows().map(([place]) => Number(place));
    },
    close() {
      connection.closeSync();
      instance.closeSync();
    },
  };
}
