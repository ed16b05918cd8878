/** Reads a whole file into its table. DuckDB reads the plain lines, and the line reader those that are left. */

import type { DuckDBConnection, DuckDBVector } from '@duckdb/node-api';
import {
  type BadLineReason,
  createBadLineCounter,
  findLines,
  type LinePlaces,
  type LogFile,
  type LogLine,
} from '../lines/index.ts';
import { badReason, type Progress, readPlaces } from '../records/index.ts';
import { PLACE } from './columns.ts';
import { type DuckDb, identifier, rowsOf } from './duckdb.ts';
import type { Ingested } from './ingest.ts';
import { selectPlainLines } from './plain-lines.ts';
import { CHUNK_ROWS, createRowWriter } from './row-writer.ts';

const OFFSET = identifier(PLACE.offset);
const LENGTH = identifier(PLACE.length);
const PLACES = 'places';

/** With a larger share of odd lines, the line reader alone is faster. */
const MAX_ODD = 0.5;

/** A part of a line that a container runtime cut: only the line reader joins the parts. */
class PartOfLineError extends Error {}

async function run(
  connection: DuckDBConnection,
  sql: string,
  parameters: readonly string[],
  signal: AbortSignal | undefined,
): Promise<void> {
  for await (const _rows of rowsOf(connection, sql, parameters, signal));
}

/** Fills a column of doubles at once: value by value, each is marked as valid with integers of 64 bits. */
function setNumbers(vector: DuckDBVector, numbers: ArrayLike<number>): void {
  const { items } = vector as unknown as { readonly items: Float64Array };
  items.set(numbers);
  vector.flush();
}

/** Makes a table of places, in the order of the lines. */
async function storePlaces(
  duckdb: DuckDb,
  connection: DuckDBConnection,
  { count, offsets, lengths }: LinePlaces,
): Promise<void> {
  await connection.run(`CREATE TEMP TABLE ${PLACES} (start DOUBLE, size DOUBLE)`);
  const appender = await connection.createAppender(PLACES);
  try {
    for (let from = 0; from < count; from += CHUNK_ROWS) {
      const to = Math.min(count, from + CHUNK_ROWS);
      const chunk = duckdb.DuckDBDataChunk.create([duckdb.DOUBLE, duckdb.DOUBLE], to - from);
      setNumbers(chunk.getColumnVector(0), offsets.subarray(from, to));
      setNumbers(chunk.getColumnVector(1), lengths.subarray(from, to));
      appender.appendDataChunk(chunk);
    }
  } finally {
    appender.closeSync();
  }
}

/** Makes the table of the plain lines, with their places. */
async function createTable(
  connection: DuckDBConnection,
  file: LogFile,
  select: string,
  { table, signal }: IngestAllOptions,
): Promise<void> {
  const columns = `* EXCLUDE (start, size) REPLACE (CAST(start AS BIGINT) AS ${OFFSET})`;
  const sql = `CREATE OR REPLACE TABLE ${table} AS SELECT ${columns} FROM (${select}) POSITIONAL JOIN ${PLACES}
    WHERE ${LENGTH} = CAST(size AS BIGINT)`;
  await run(connection, sql, [file.handlePath ?? ''], signal);
}

/** Numbers of the lines that are not plain. */
async function oddLines(
  connection: DuckDBConnection,
  table: string,
  signal: AbortSignal | undefined,
): Promise<number[]> {
  const sql = `SELECT rowid FROM ${PLACES} ANTI JOIN ${table} ON ${OFFSET} = CAST(start AS BIGINT) ORDER BY 1`;
  const found: number[] = [];
  for await (const rows of rowsOf(connection, sql, [], signal)) for (const [row] of rows) found.push(Number(row));
  return found;
}

/** Options of {@link ingestAll}. */
interface IngestAllOptions {
  readonly table: string;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((progress: Progress) => void) | undefined;
}

/** Fills the table from a log. @throws the error of DuckDB for a file that is more than lines of JSON */
async function fill(
  duckdb: DuckDb,
  connection: DuckDBConnection,
  file: LogFile,
  select: string,
  places: LinePlaces,
  options: IngestAllOptions,
): Promise<Ingested> {
  const { table, signal } = options;
  await storePlaces(duckdb, connection, places);
  await createTable(connection, file, select, options);
  const odd = await oddLines(connection, table, signal);
  if (odd.length > places.count * MAX_ODD) throw new Error('DuckDB reads other lines than the line reader');
  const bad = createBadLineCounter();
  const reasonOf = (line: LogLine | undefined): BadLineReason => {
    if (line === undefined) throw new PartOfLineError();
    return badReason(line);
  };
  const writer = await createRowWriter(duckdb, connection, table);
  try {
    const at = odd.map((row) => ({ offset: places.offsets[row] ?? 0, length: places.lengths[row] ?? 0 }));
    for await (const records of readPlaces(file, at, { bad, signal, reasonOf }))
      for (const record of records) if (writer.add(record)) await writer.flush();
    await writer.flush();
  } finally {
    writer.close();
  }
  return { end: places.end, lines: places.count, bad, columns: writer.columns, isCut: writer.isCut };
}

/**
 * Reads a whole file into a table, which it makes.
 *
 * @returns `undefined` if the line reader has to read all of it. The table may be there then
 * @throws the system's error, or the reason of the signal
 */
export async function ingestAll(
  duckdb: DuckDb,
  connection: DuckDBConnection,
  file: LogFile,
  options: IngestAllOptions,
): Promise<Ingested | undefined> {
  const size = file.size();
  const select = file.handlePath === undefined || file.isCompressed ? undefined : selectPlainLines(file, size);
  if (select === undefined) return undefined;
  const { signal, onProgress } = options;
  const onBytes = (bytes: number, lines: number): void =>
    onProgress?.({ file: file.path, bytes, totalBytes: size, lines, badLines: 0 });
  const places = await findLines(file, { size, signal, onBytes });
  if (places === undefined) return undefined;
  try {
    return await fill(duckdb, connection, file, select, places, options);
  } catch {
    signal?.throwIfAborted();
    // Text between the lines, a line that is torn or too long, parts of lines.
    return undefined;
  } finally {
    await connection.run(`DROP TABLE IF EXISTS ${PLACES}`);
  }
}
