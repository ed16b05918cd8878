/** Spans as a table. Rows are read when they are asked for. */

import type { SpanRecord } from '@spanline/record';
import { columnsOf, csvHead, csvRow, jsonRow, namesIn, type TableColumn, type TableRow } from '../answers/index.ts';
import { writePieces } from '../lines/index.ts';
import { arrowFile } from './arrow.ts';
import { writeParquet } from './parquet.ts';

/** Options of {@link Table.writeCsv} and its likes. */
export interface WriteOptions {
  /** Replace the file if it is there. @defaultValue false */
  overwrite?: boolean;
}

/** Spans as rows with named columns. Every method reads the lines again; a row is in memory only while it is used. */
export interface Table extends AsyncIterable<TableRow> {
  /** Names of the columns. If none were named: of all keys that the first 1,000 spans have; `span_id` without spans. */
  columns(): Promise<readonly string[]>;
  /** The first rows. @defaultValue 5 */
  head(count?: number): Promise<TableRow[]>;
  /** All rows. */
  toArray(): Promise<TableRow[]>;
  /** Text in CSV (RFC 4180), piece by piece. A text that a spreadsheet would take for a formula begins with `'`. */
  csv(): AsyncIterable<string>;
  /** One JSON object a line, piece by piece. */
  ndjson(): AsyncIterable<string>;
  /**
   * Bytes of an Arrow IPC file (Feather, version 2), piece by piece. `await tableFromIPC(table.arrow())` of the library
   * apache-arrow reads them. Numbers are doubles, times are texts.
   *
   * @throws SpanlineError `ERR_MISSING_PACKAGE` without `apache-arrow`
   */
  arrow(): AsyncIterable<Uint8Array>;
  /** Writes CSV to a file that only its owner may read. @throws the system's error, `EEXIST` if it is there */
  writeCsv(path: string, options?: WriteOptions): Promise<void>;
  /**
   * Writes an Arrow IPC file that only its owner may read, as {@link Table.arrow} has it.
   *
   * @throws SpanlineError `ERR_MISSING_PACKAGE` without `apache-arrow`; the system's error, `EEXIST` if it is there
   */
  writeArrow(path: string, options?: WriteOptions): Promise<void>;
  /**
   * Writes Parquet to a file that only its owner may read. Numbers are doubles, times are texts.
   *
   * @throws SpanlineError `ERR_MISSING_PACKAGE` without `@duckdb/node-api`; the system's error, `EEXIST` if it is there
   */
  writeParquet(path: string, options?: WriteOptions): Promise<void>;
  /** Writes NDJSON to a file that only its owner may read. @throws the system's error, `EEXIST` if it is there */
  writeNdjson(path: string, options?: WriteOptions): Promise<void>;
}

const SAMPLE = 1000;
const HEAD = 5;
function rowOf(columns: readonly TableColumn[], record: SpanRecord): TableRow {
  const row = Object.create(null) as Record<string, TableRow[string]>;
  for (const column of columns) row[column.name] = column.read(record) ?? null;
  return row;
}

/**
 * Makes a table of spans from anywhere.
 *
 * @param spans - begins to read the spans anew
 * @throws SpanlineError `ERR_INVALID_OPTION` for an unknown column
 */
export function createTable(spans: () => AsyncIterable<SpanRecord>, names: readonly string[] | undefined): Table {
  let known = names === undefined ? undefined : columnsOf(names);

  async function columns(): Promise<readonly TableColumn[]> {
    if (known !== undefined) return known;
    const sample: SpanRecord[] = [];
    for await (const record of spans()) if (sample.push(record) >= SAMPLE) break;
    // A Parquet file has a column at least.
    known = columnsOf(sample.length > 0 ? namesIn(sample) : ['span_id']);
    return known;
  }

  async function* rows(): AsyncGenerator<TableRow> {
    const wanted = await columns();
    for await (const record of spans()) yield rowOf(wanted, record);
  }

  async function head(count: number): Promise<TableRow[]> {
    const taken: TableRow[] = [];
    if (count > 0) for await (const row of rows()) if (taken.push(row) >= count) break;
    return taken;
  }

  const columnNames = async (): Promise<string[]> => (await columns()).map(({ name }) => name);

  async function* csv(): AsyncGenerator<string> {
    const heads = await columnNames();
    yield csvHead(heads);
    for await (const row of rows()) yield csvRow(heads, row);
  }

  async function* ndjson(): AsyncGenerator<string> {
    const heads = await columnNames();
    for await (const row of rows()) yield jsonRow(heads, row);
  }

  async function* arrow(): AsyncGenerator<Uint8Array> {
    yield* arrowFile(await columns(), rows());
  }

  return {
    columns: columnNames,
    head: (count = HEAD) => head(count),
    toArray: () => head(Number.POSITIVE_INFINITY),
    csv,
    ndjson,
    arrow,
    writeCsv: (path, options = {}) => writePieces(path, csv(), options.overwrite),
    writeNdjson: (path, options = {}) => writePieces(path, ndjson(), options.overwrite),
    writeArrow: (path, options = {}) => writePieces(path, arrow(), options.overwrite),
    writeParquet: async (path, { overwrite = false } = {}) => writeParquet(path, await columns(), rows(), overwrite),
    [Symbol.asyncIterator]: rows,
  };
}
