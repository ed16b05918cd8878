/** The index of one file: found, checked, built, and brought up to date. */

import { copyFileSync, chmodSync, constants, rmSync } from 'node:fs';
import type { DuckDBConnection } from '@duckdb/node-api';
import { createBadLineCounter, type LogFile } from '../lines/index.ts';
import type { Progress } from '../records/index.ts';
import { ingestAll } from './bulk-ingest.ts';
import type { CacheFolder, StoredIndex } from './cache-folder.ts';
import { FORMAT } from './columns.ts';
import { type ContentCheck, contentName, createContentHasher, holdsContent } from './content-check.ts';
import { type DuckDb, openDatabase } from './duckdb.ts';
import { ingest, type Ingested } from './ingest.ts';
import { createLinesTable } from './row-writer.ts';
import { storeSelfTimes } from './self-time.ts';

/** Table of an index file. */
export const LINES = 'lines';

/** Names of a file's index. */
export interface IndexName {
  /** Name of the content. */
  readonly content: string;
  /** Name of the index that is written for the file. */
  readonly own: string;
}

/** The names; `undefined` for a file that is too small to have any. */
export async function indexName(folder: CacheFolder, file: LogFile): Promise<IndexName | undefined> {
  const content = await contentName(file);
  return content === undefined ? undefined : { content, own: folder.nameOf(content, file) };
}

/** Whether a file still holds what was read of it. */
export async function isCurrent(
  file: LogFile,
  { stamp, size, check }: { readonly stamp: string; readonly size: number; readonly check: ContentCheck },
): Promise<boolean> {
  return file.stamp() === stamp || holdsContent(file, check, file.size() > size);
}

/** The index of a file. Indexes of its name that are wrong are removed. */
export async function findIndex(
  folder: CacheFolder,
  file: LogFile,
  { content, own }: IndexName,
): Promise<StoredIndex | undefined> {
  for (const stored of folder.find(content, own)) {
    const isRight = stored.entry.version === FORMAT && (await isCurrent(file, stored.entry));
    if (isRight) return stored;
    if (stored.name === own) folder.remove(own);
  }
  return undefined;
}

/** Bytes that an index lacks. */
export function missingBytes(file: LogFile, stored: StoredIndex | undefined): number {
  if (stored === undefined) return file.size();
  return file.isCompressed ? 0 : Math.max(0, file.size() - stored.entry.end);
}

/** Options of {@link buildIndex}. */
interface BuildOptions {
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((progress: Progress) => void) | undefined;
}

const FILE_MODE = 0o600;

/**
 * Builds the index of a file, or a longer one from the one that there is. It takes the place of the other when it is
 * whole.
 *
 * @returns `undefined` if another process is writing it
 */
export async function buildIndex(
  duckdb: DuckDb,
  folder: CacheFolder,
  file: LogFile,
  { own, content }: IndexName,
  options: BuildOptions,
): Promise<StoredIndex | undefined> {
  const unlock = folder.lock(own);
  if (unlock === undefined) return undefined;
  const { file: database, path } = folder.newDatabase(own);
  try {
    const before = file.isCompressed ? undefined : await findIndex(folder, file, { own, content });
    if (before !== undefined) {
      copyFileSync(before.path, path, constants.COPYFILE_FICLONE);
      chmodSync(path, FILE_MODE);
    }
    const entry = { ...(await fill(duckdb, file, path, before, options)), database };
    chmodSync(path, FILE_MODE);
    folder.store(own, entry);
    return { name: own, path, entry };
  } catch (error) {
    rmSync(path, { force: true });
    throw error;
  } finally {
    rmSync(`${path}.wal`, { force: true });
    unlock();
  }
}

/** Reads what is missing into the database. */
async function readMissing(
  duckdb: DuckDb,
  connection: DuckDBConnection,
  file: LogFile,
  before: StoredIndex | undefined,
  options: BuildOptions,
): Promise<Ingested> {
  if (before === undefined) {
    const all = await ingestAll(duckdb, connection, file, { table: LINES, ...options });
    if (all !== undefined) return all;
    await createLinesTable(connection, LINES);
  }
  const from = before?.entry.end ?? 0;
  return ingest(duckdb, connection, file, { table: LINES, from, isGrowing: !file.isCompressed, ...options });
}

/** Brings the database up to date. @returns its description */
async function fill(
  duckdb: DuckDb,
  file: LogFile,
  path: string,
  before: StoredIndex | undefined,
  options: BuildOptions,
): Promise<Omit<StoredIndex['entry'], 'database'>> {
  const bad = createBadLineCounter();
  if (before !== undefined) bad.addFile(file.path, before.entry.bad);
  const hasher = createContentHasher(before?.entry.check);
  const stamp = file.stamp();
  const size = file.size();
  const log = before === undefined ? file.handlePath : undefined;
  // Lines are read in their order, by one thread. Others would spin meanwhile.
  const opened = await openDatabase(duckdb, { path, log, threads: 1 });
  try {
    const connection = await opened.connect();
    try {
      const read = await readMissing(duckdb, connection, hasher.watch(file), before, options);
      bad.addFile(file.path, read.bad.read());
      await storeSelfTimes(connection, LINES, read.columns, options.signal);
      await connection.run('CHECKPOINT');
      return {
        version: FORMAT,
        end: read.end,
        lines: read.lines + (before?.entry.lines ?? 0),
        bad: bad.read(),
        check: hasher.read(),
        stamp,
        size,
        columns: read.columns,
        isCut: read.isCut || before?.entry.isCut === true,
      };
    } finally {
      connection.closeSync();
    }
  } finally {
    opened.close();
  }
}
