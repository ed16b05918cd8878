/** Reads lines of a file into a table. */

import type { DuckDBConnection } from '@duckdb/node-api';
import { type BadLine, type BadLineCounter, createBadLineCounter, type LogFile } from '../lines/index.ts';
import { createKeyReader, type Progress, readRecords } from '../records/index.ts';
import { INDEXED_KEYS, PLACE } from './columns.ts';
import { type DuckDb, identifier } from './duckdb.ts';
import { createRowWriter } from './row-writer.ts';

/** Options of {@link ingest}. */
export interface IngestOptions {
  readonly table: string;
  /** Offset of the first line. */
  readonly from: number;
  /** Leave the text after the last line feed out. */
  readonly isGrowing: boolean;
  readonly bad?: BadLineCounter;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((progress: Progress) => void) | undefined;
}

/** The lines that were read. */
export interface Ingested {
  /** Offset of the first line that was not read. */
  readonly end: number;
  readonly lines: number;
  readonly bad: BadLineCounter;
  readonly columns: readonly string[];
  readonly isCut: boolean;
}

/** Reads lines into a table that is there. @throws the system's error, or the reason of the signal */
export async function ingest(
  duckdb: DuckDb,
  connection: DuckDBConnection,
  file: LogFile,
  options: IngestOptions,
): Promise<Ingested> {
  const { table, from, isGrowing, bad = createBadLineCounter(), signal, onProgress } = options;
  const writer = await createRowWriter(duckdb, connection, table);
  let end = from;
  let lines = 0;
  const count = (progress: Progress): void => {
    lines = progress.lines;
    onProgress?.(progress);
  };
  // A line whose other parts have not come yet will be read again, with those behind its first part.
  const counter = createBadLineCounter();
  let unsure: BadLine[] = [];
  let last = -1;
  const reading = {
    bad: {
      ...counter,
      add: (line: BadLine) => void (counter.add(line), unsure.push(line)),
      addDamage: (path: string) => bad.addDamage(path),
    },
    signal,
    isGrowing,
    from: () => from,
    onProgress: count,
    keys: createKeyReader(INDEXED_KEYS, { hasOpenKeys: true }),
  };
  await connection.run('BEGIN');
  try {
    for await (const batch of readRecords([file], reading)) {
      signal?.throwIfAborted();
      for (const record of batch.records) if (writer.add(record)) await writer.flush();
      last = batch.records.at(-1)?.offset ?? last;
      end = batch.end;
      for (const line of unsure) if (line.offset < end) bad.add(line);
      unsure = unsure.filter((line) => line.offset >= end);
    }
    await writer.flush();
    writer.close();
    if (isGrowing && last >= end)
      await connection.run(`DELETE FROM ${table} WHERE ${identifier(PLACE.offset)} >= $1`, [end]);
    await connection.run('COMMIT');
  } catch (error) {
    writer.close();
    await connection.run('ROLLBACK');
    throw error;
  }
  if (!isGrowing) unsure.forEach((line) => bad.add(line));
  return { end, lines, bad, columns: writer.columns, isCut: writer.isCut };
}
