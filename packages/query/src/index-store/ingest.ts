/** Reads lines of a file into a table. */

import type { DuckDBConnection } from '@duckdb/node-api';
import { type BadLineCounter, createBadLineCounter, type LogFile } from '../lines/index.ts';
import { type Progress, readRecords } from '../records/index.ts';
import type { DuckDb } from './duckdb.ts';
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
  const reading = { bad, signal, isGrowing, from: () => from, onProgress: count };
  for await (const batch of readRecords([file], reading)) {
    signal?.throwIfAborted();
    for (const record of batch.records) if (writer.add(record)) await writer.flush();
    end = batch.end;
  }
  await writer.flush();
  return { end, lines, bad, columns: writer.columns, isCut: writer.isCut };
}
