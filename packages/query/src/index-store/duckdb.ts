/** DuckDB: an optional peer, loaded when it is needed, and locked before it sees a question. */

import { availableParallelism } from 'node:os';
import type * as duckdbModule from '@duckdb/node-api';
import type { DuckDBConnection, DuckDBInstance } from '@duckdb/node-api';
import { SpanlineError } from '@spanline/record';

/** The package. */
export type DuckDb = typeof duckdbModule;
/** Values of parameters. */
export type Parameter = string | boolean | number;
/** A value of a result. 64-bit integers are numbers. */
export type SqlValue = string | number | boolean | null | readonly SqlValue[];

/** Loads DuckDB. @throws SpanlineError `ERR_MISSING_PACKAGE` without it */
export async function loadDuckDb(purpose: string): Promise<DuckDb> {
  try {
    return await import('@duckdb/node-api');
  } catch (cause) {
    const expected = `installed for ${purpose}: npm install @duckdb/node-api`;
    throw new SpanlineError({ code: 'ERR_MISSING_PACKAGE', option: '@duckdb/node-api', expected, cause });
  }
}

/** A text as a literal, for the places where DuckDB takes no parameter: paths of our own, and types. */
export const literal = (text: string): string => `'${text.replaceAll("'", "''")}'`;
/** A name as an identifier. */
export const identifier = (name: string): string => `"${name.replaceAll('"', '""')}"`;

/** DuckDB tries each method on each column, which takes a fifth of a build. The others make files as small as these. */
const UNUSED_COMPRESSION = 'alprd,chimp,patas,rle,dictionary,fsst,zstd,roaring';
const MAX_THREADS = 4;
const MEMORY = '1GB';

/** Options of {@link openDatabase}. */
interface DatabaseOptions {
  /** File of the database. @defaultValue none, it is in memory */
  readonly path?: string;
  /** Files to read, by the name of their schema. */
  readonly attached?: ReadonlyMap<string, string>;
  /** Path of a log that statements may read. @defaultValue none */
  readonly log?: string | undefined;
  /** Most threads. @defaultValue 4 */
  readonly threads?: number;
}

/** An open database. It can neither read nor write a file that it was not opened with. */
export interface Database {
  readonly duckdb: DuckDb;
  connect(): Promise<DuckDBConnection>;
  close(): void;
}

async function lockDown(
  instance: DuckDBInstance,
  { attached = new Map<string, string>(), log }: DatabaseOptions,
): Promise<void> {
  const connection = await instance.connect();
  try {
    // As an option of the instance it would have no effect.
    await connection.run(`SET disabled_compression_methods = ${literal(UNUSED_COMPRESSION)}`);
    for (const [name, path] of attached) await connection.run(`ATTACH ${literal(path)} AS ${name} (READ_ONLY)`);
    // DuckDB would write to it, too. No statement from outside gets that far.
    if (log !== undefined) await connection.run(`SET allowed_paths = [${literal(log)}]`);
    await connection.run('SET enable_external_access = false');
    await connection.run('SET lock_configuration = true');
  } finally {
    connection.closeSync();
  }
}

/** Opens a database. @throws the error of DuckDB for a file that is none */
export async function openDatabase(duckdb: DuckDb, options: DatabaseOptions): Promise<Database> {
  const { path = ':memory:', threads = MAX_THREADS } = options;
  const instance = await duckdb.DuckDBInstance.create(path, {
    threads: String(Math.min(threads, availableParallelism())),
    memory_limit: MEMORY,
    // An index is a cache: versions that cannot read it build their own.
    storage_compatibility_version: 'latest',
    // Nothing is spilled into files that nobody removes.
    temp_directory: '',
    autoinstall_known_extensions: 'false',
    autoload_known_extensions: 'false',
  });
  try {
    await lockDown(instance, options);
  } catch (error) {
    instance.closeSync();
    throw error;
  }
  return { duckdb, connect: () => instance.connect(), close: () => instance.closeSync() };
}

/** A value of a result. */
function toValue(value: unknown): SqlValue {
  if (typeof value === 'bigint') return Number(value);
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') return value;
  const items = (value as { items?: readonly unknown[] } | null)?.items;
  return items === undefined ? null : items.map(toValue);
}

/**
 * Runs a question and yields its rows in batches.
 *
 * @throws the reason of the signal, or the error of DuckDB
 */
export async function* rowsOf(
  connection: DuckDBConnection,
  sql: string,
  parameters: readonly Parameter[],
  signal: AbortSignal | undefined,
): AsyncGenerator<SqlValue[][]> {
  signal?.throwIfAborted();
  const interrupt = (): void => connection.interrupt();
  signal?.addEventListener('abort', interrupt);
  try {
    const result = await connection.stream(sql, [...parameters]);
    for (;;) {
      const chunk = await result.fetchChunk();
      signal?.throwIfAborted();
      if (chunk === null || chunk.rowCount === 0) return;
      yield chunk.getRows().map((row) => row.map(toValue));
    }
  } catch (error) {
    signal?.throwIfAborted();
    throw error;
  } finally {
    signal?.removeEventListener('abort', interrupt);
  }
}
