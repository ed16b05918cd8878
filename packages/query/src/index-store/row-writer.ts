/** Appends rows to a table, in chunks of typed columns. A column is added when the first row has a value for it. */

import type { DuckDBAppender, DuckDBConnection, DuckDBType } from '@duckdb/node-api';
import type { ReadRecord } from '../records/index.ts';
import { type Cell, createRowReader, PLACE_TYPES } from './columns.ts';
import { type DuckDb, identifier } from './duckdb.ts';

/** Rows of a data chunk of DuckDB. */
export const CHUNK_ROWS = 2048;

/** Appends rows. */
export interface RowWriter {
  /** Adds a row. @returns whether `flush` should be called */
  add(read: ReadRecord): boolean;
  flush(): Promise<void>;
  /** Closes the writer. Rows that were not flushed are lost. */
  close(): void;
  /** The columns so far. */
  readonly columns: readonly string[];
  readonly isCut: boolean;
}

interface ChunkColumn {
  readonly type: string;
  readonly cells: (Cell | null)[];
}

type DuckCell = string | number | bigint | boolean | null | InstanceType<DuckDb['DuckDBListValue']>;

const typeOf = ({ VARCHAR, DOUBLE, BIGINT, BOOLEAN, LIST }: DuckDb): Readonly<Record<string, DuckDBType>> => ({
  VARCHAR,
  DOUBLE,
  BIGINT,
  BOOLEAN,
  'VARCHAR[]': LIST(VARCHAR),
});

/** Makes an empty table of lines, in place of one that is there. */
export async function createLinesTable(connection: DuckDBConnection, table: string): Promise<void> {
  const columns = Object.entries(PLACE_TYPES).map(([name, type]) => `${identifier(name)} ${type}`);
  await connection.run(`CREATE OR REPLACE TABLE ${table} (${columns.join(', ')})`);
}

/** Creates the writer of a table that is there. */
export async function createRowWriter(duckdb: DuckDb, connection: DuckDBConnection, table: string): Promise<RowWriter> {
  const types = typeOf(duckdb);
  const described = await connection.runAndReadAll(`SELECT * FROM ${table} LIMIT 0`);
  const columns = described.columnNames().map((name, index) => ({ name, type: String(described.columnType(index)) }));
  const reader = createRowReader(columns.map(({ name }) => name));
  let chunk = new Map<string, ChunkColumn>();
  let rows = 0;
  let appender: DuckDBAppender | undefined;

  function put(name: string, type: string, value: Cell): void {
    let column = chunk.get(name);
    if (column === undefined) {
      column = { type, cells: [] };
      chunk.set(name, column);
    }
    while (column.cells.length < rows) column.cells.push(null);
    column.cells.push(value);
  }

  function toCell(value: Cell | null, type: string): DuckCell {
    if (typeof value === 'object' && value !== null) return duckdb.listValue([...value] as string[]);
    return type === 'BIGINT' && value !== null ? BigInt(value) : value;
  }

  async function addColumns(): Promise<void> {
    const added = [...chunk].filter(([name]) => !columns.some((column) => column.name === name));
    if (added.length === 0) return;
    appender?.closeSync();
    appender = undefined;
    for (const [name, { type }] of added) {
      await connection.run(`ALTER TABLE ${table} ADD COLUMN ${identifier(name)} ${type}`);
      columns.push({ name, type });
    }
  }

  return {
    add(read) {
      reader.read(read, put);
      return ++rows === CHUNK_ROWS;
    },
    async flush() {
      if (rows === 0) return;
      await addColumns();
      appender ??= await connection.createAppender(table);
      const data = duckdb.DuckDBDataChunk.create(
        columns.map(({ type }) => types[type] ?? duckdb.VARCHAR),
        rows,
      );
      for (const [index, { name, type }] of columns.entries()) {
        const cells = chunk.get(name)?.cells ?? [];
        data.setColumnValues(
          index,
          Array.from({ length: rows }, (_, row) => toCell(cells[row] ?? null, type)),
        );
      }
      appender.appendDataChunk(data);
      chunk = new Map();
      rows = 0;
    },
    close: () => appender?.closeSync(),
    get columns() {
      return columns.map(({ name }) => name);
    },
    get isCut() {
      return reader.isCut;
    },
  };
}
