/** Rows as a Parquet file. DuckDB writes it; it is an optional peer, loaded at the first call. */

import { open as openFile, rm } from 'node:fs/promises';
import type { TableColumn, TableRow } from '../answers/index.ts';
import { type DuckDb, identifier, literal, loadDuckDb } from '../index-store/index.ts';

/** Content of users may be in it. */
const MODE = 0o600;
/** Rows of a data chunk of DuckDB. */
const CHUNK_ROWS = 2048;

async function fill(
  duckdb: DuckDb,
  columns: readonly TableColumn[],
  rows: AsyncIterable<TableRow>,
  path: string,
): Promise<void> {
  const instance = await duckdb.DuckDBInstance.create(':memory:');
  const connection = await instance.connect();
  try {
    await connection.run('CREATE TABLE staging (line VARCHAR)');
    const definitions = columns.map(({ name, sqlType }) => `${identifier(name)} ${sqlType}`);
    await connection.run(`CREATE TABLE spans (${definitions.join(', ')})`);
    const shape = JSON.stringify(Object.fromEntries(columns.map(({ name, sqlType }) => [name, sqlType])));
    const appender = await connection.createAppender('staging');
    let lines: string[] = [];
    const flush = async (): Promise<void> => {
      if (lines.length === 0) return;
      const chunk = duckdb.DuckDBDataChunk.create([duckdb.VARCHAR], lines.length);
      chunk.setColumnValues(0, lines);
      appender.appendDataChunk(chunk);
      appender.flushSync();
      await connection.run(`INSERT INTO spans SELECT unnest(from_json(line, ${literal(shape)})) FROM staging`);
      await connection.run('DELETE FROM staging');
      lines = [];
    };
    for await (const row of rows) if (lines.push(JSON.stringify(row)) >= CHUNK_ROWS) await flush();
    await flush();
    appender.closeSync();
    await connection.run(`COPY spans TO ${literal(path)} (FORMAT parquet, COMPRESSION zstd, USE_TMP_FILE false)`);
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
}

/** Writes rows to a file that only its owner may read. */
export async function writeParquet(
  path: string,
  columns: readonly TableColumn[],
  rows: AsyncIterable<TableRow>,
  overwrite: boolean,
): Promise<void> {
  const duckdb = await loadDuckDb('Parquet');
  const file = await openFile(path, overwrite ? 'w' : 'wx', MODE);
  await file.close();
  try {
    await fill(duckdb, columns, rows, path);
  } catch (error) {
    await rm(path, { force: true });
    throw error;
  }
}
