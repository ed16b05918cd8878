/** Rows of a bill in a file: CSV, JSON of an API, or Parquet; `.gz` too. Its format is recognised by the content. */

import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { gunzipSync, createGunzip } from 'node:zlib';
import { SpanlineError } from '@spanline/record';
import { type BillRow, columnName } from './bill.ts';

/** A JSON document is read at once. */
const MAX_JSON = 200_000_000;
const MAX_CELL = 1_000_000;
const START = 64;

const unreadable = (path: string, cause: unknown): SpanlineError =>
  new SpanlineError({
    code: 'ERR_BILL',
    problem: `${path} cannot be read to its end: ${cause instanceof Error ? cause.message : String(cause)}`,
    cause,
  });

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !(value instanceof Date);

/** Adds the fields of an object; those of objects inside have the outer name in front. */
function flatten(value: Readonly<Record<string, unknown>>, into: Map<string, unknown>, prefix = '', depth = 0): void {
  for (const [key, field] of Object.entries(value)) {
    const name = `${prefix}${columnName(key)}`;
    if (isObject(field) && !Array.isArray(field)) {
      if (depth < 3) flatten(field, into, `${name}_`, depth + 1);
    } else into.set(name, field);
  }
}

/** Buckets of a usage or cost API: pages, their buckets, the results of each. */
function* bucketsIn(document: unknown): Generator<Readonly<Record<string, unknown>>> {
  if (Array.isArray(document)) for (const part of document) yield* bucketsIn(part);
  else if (isObject(document)) {
    if (Array.isArray(document['data'])) yield* bucketsIn(document['data']);
    else yield document;
  }
}

function* rowsOfJson(document: unknown): Generator<BillRow> {
  for (const { results, ...bucket } of bucketsIn(document)) {
    for (const result of Array.isArray(results) ? results : [{}]) {
      const row = new Map<string, unknown>();
      flatten(bucket, row);
      if (isObject(result)) flatten(result, row);
      if (!Array.isArray(results) || isObject(result)) yield row;
    }
  }
}

async function* rowsOfCsv(stream: Readable): AsyncGenerator<BillRow> {
  const { parse } = await import('csv-parse');
  const parser = parse({
    bom: true,
    columns: (names: string[]) => names.map(columnName),
    delimiter: [',', ';', '\t'],
    max_record_size: MAX_CELL,
    relax_column_count: true,
    skip_empty_lines: true,
    trim: true,
  });
  stream.on('error', (error) => parser.destroy(error));
  for await (const record of stream.pipe(parser)) yield new Map(Object.entries(record as Record<string, unknown>));
}

async function* rowsOfParquet(path: string): AsyncGenerator<BillRow> {
  const { asyncBufferFromFile, parquetMetadataAsync, parquetReadObjects } = await import('hyparquet');
  const file = await asyncBufferFromFile(path);
  const metadata = await parquetMetadataAsync(file);
  const compressors = { GZIP: (bytes: Uint8Array): Uint8Array => gunzipSync(bytes) };
  let first = 0;
  for (const { num_rows: count } of metadata.row_groups) {
    const end = first + Number(count);
    for (const record of await parquetReadObjects({ file, metadata, compressors, rowStart: first, rowEnd: end })) {
      const row = new Map<string, unknown>();
      flatten(record, row);
      yield row;
    }
    first = end;
  }
}

/** Files that people have instead of an export, by their first bytes. */
const NO_BILL: readonly (readonly [start: RegExp, text: string])[] = [
  [/^%PDF/, 'is a PDF, such as an invoice'],
  [/^PK\p{Cc}\p{Cc}/u, 'is a spreadsheet or another archive: save it as CSV'],
  [/^\uFEFF?\s*<(?:!doctype|html)/i, 'is a web page: a log-in that expired'],
  [/^\{"(?:level|@timestamp|time|log\.level|severity)"/, 'is a log'],
];

/** @throws SpanlineError `ERR_INVALID_OPTION` for a file that is no bill */
function checkStart(path: string, flag: string, start: Buffer): void {
  const given = (what: string): SpanlineError =>
    new SpanlineError({
      code: 'ERR_INVALID_OPTION',
      problem: `${flag}: ${path} ${what}; a bill is CSV, JSON or Parquet`,
    });
  if (start.length === 0) throw given('is empty');
  const found = NO_BILL.find(([pattern]) => pattern.test(start.toString('utf8')));
  if (found !== undefined) throw given(found[1]);
}

/** The first bytes. @throws SpanlineError `ERR_INVALID_OPTION` */
async function startOf(path: string, flag: string): Promise<Buffer> {
  try {
    const file = await open(path);
    try {
      const { buffer, bytesRead } = await file.read(Buffer.alloc(START), 0, START, 0);
      return buffer.subarray(0, bytesRead);
    } finally {
      await file.close();
    }
  } catch (cause) {
    const isMissing = (cause as NodeJS.ErrnoException).code === 'ENOENT';
    const problem = `${flag}: ${isMissing ? `there is no file ${path}` : `${path} is no file that can be read`}`;
    throw new SpanlineError({ code: 'ERR_INVALID_OPTION', problem, cause });
  }
}

async function readJson(stream: Readable): Promise<unknown> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > MAX_JSON) throw new Error(`JSON is read up to ${MAX_JSON} bytes`);
    chunks.push(chunk);
  }
  return JSON.parse(
    Buffer.concat(chunks)
      .toString('utf8')
      .replace(/^\uFEFF/, ''),
  );
}

async function* rowsOfText(path: string, start: Buffer): AsyncGenerator<BillRow> {
  const isGzip = start[0] === 0x1f && start[1] === 0x8b;
  const raw = createReadStream(path);
  const stream: Readable = isGzip ? raw.pipe(createGunzip()) : raw;
  raw.on('error', (error) => stream.destroy(error));
  const text = start.toString('utf8').replace(/^\uFEFF/, '');
  try {
    if (/\.json(?:\.gz)?$/i.test(path) || (!isGzip && /^\s*[[{]/.test(text))) yield* rowsOfJson(await readJson(stream));
    else yield* rowsOfCsv(stream);
  } finally {
    raw.destroy();
  }
}

/**
 * The rows of a file.
 *
 * @throws SpanlineError `ERR_INVALID_OPTION` if there is no such file, `ERR_BILL` if it is cut or none of the formats
 */
export async function* readRows(path: string, flag: string): AsyncGenerator<BillRow> {
  const start = await startOf(path, flag);
  checkStart(path, flag, start);
  const isParquet = start.toString('latin1', 0, 4) === 'PAR1';
  try {
    yield* isParquet ? rowsOfParquet(path) : rowsOfText(path, start);
  } catch (cause) {
    throw unreadable(path, cause);
  }
}
