/**
 * The index of a log: a database in memory that reads the index files. The lines behind their ends are in tables of
 * its own.
 */

import type { DuckDBConnection } from '@duckdb/node-api';
import type { Column } from '../filter/index.ts';
import { type BadLineCounter, createBadLineCounter, type LogFile } from '../lines/index.ts';
import type { Progress } from '../records/index.ts';
import type { StoredIndex } from './cache-folder.ts';
import { indexColumn } from './columns.ts';
import { type ContentCheck, type ContentHasher, createContentHasher } from './content-check.ts';
import { type DuckDb, identifier, openDatabase } from './duckdb.ts';
import { isCurrent, LINES } from './index-file.ts';
import { ingest } from './ingest.ts';
import { createLinesTable } from './row-writer.ts';

/** A file and its index file, if it has one. */
export interface IndexedFile {
  readonly file: LogFile;
  readonly stored: StoredIndex | undefined;
}

/** The lines of a log at one time, for one question. */
export interface IndexView {
  /** In the order of `part`. */
  readonly files: readonly LogFile[];
  readonly connection: DuckDBConnection;
  /** Name of the table of lines. */
  readonly table: string;
  /** All lines are of one index file. */
  readonly isOneFile: boolean;
  /** SQL of a column; `undefined` for words, and for a label without a column. */
  column(column: Column): string | undefined;
  readonly lines: number;
  /** Bytes up to the end of the last line of each file. */
  readonly ends: readonly number[];
  readonly bad: BadLineCounter;
  release(): Promise<void>;
}

/** Name of the column that says in which of the files a line is. */
export const PART = ' part';

/** One file in the database. */
interface Slot {
  readonly schema: string | undefined;
  readonly tail: string;
  /** Table of the text after the last line feed. */
  rest: string | undefined;
  readonly stored: StoredIndex | undefined;
  readonly hasher: ContentHasher;
  readonly bad: BadLineCounter;
  restBad: BadLineCounter;
  columns: readonly string[];
  isCut: boolean;
  end: number;
  /** Bytes up to the end of the text after the last line feed, if that text is a line. */
  restEnd: number | undefined;
  lines: number;
  stamp: string;
  size: number;
}

/** Options of {@link LogIndex.view}. */
export interface ViewOptions {
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((progress: Progress) => void) | undefined;
}

/** A database over index files. */
export interface LogIndex {
  /** `changed`: the file does not hold any more what was read of it. */
  stateOf(file: LogFile): Promise<'new' | 'current' | 'changed'>;
  /** Adds a file without an index file. */
  add(file: LogFile): Promise<void>;
  /** Bytes of a file that are in no index file. */
  missing(file: LogFile): number;
  /** Reads what was appended, and shows the lines of these files. */
  view(files: readonly LogFile[], options: ViewOptions): Promise<IndexView>;
  /** Closes the database when no question reads it any more. */
  close(): void;
}

const keyOf = ({ id, path }: LogFile): string => id ?? path;
const checkOf = ({ stamp, size, hasher }: Slot): { stamp: string; size: number; check: ContentCheck } => ({
  stamp,
  size,
  check: hasher.read(),
});

/** All lines are in the index file. */
const isWhole = ({ stored, end, rest }: Slot): boolean => stored?.entry.end === end && rest === undefined;

/** Opens index files. @throws the error of DuckDB for a file that is none */
export async function openLogIndex(duckdb: DuckDb, indexed: readonly IndexedFile[]): Promise<LogIndex> {
  const attached = new Map<string, string>();
  indexed.forEach(({ stored }, index) => stored && attached.set(`f${index}`, stored.path));
  const database = await openDatabase(duckdb, { attached });
  const owner = await database.connect();
  const slots = new Map<string, Slot>();
  let users = 0;
  let isClosed = false;
  let names = 0;

  async function addSlot(file: LogFile, stored: StoredIndex | undefined, schema: string | undefined): Promise<void> {
    const tail = `tail${names++}`;
    await createLinesTable(owner, tail);
    const entry = stored?.entry;
    slots.set(keyOf(file), {
      schema,
      tail,
      rest: undefined,
      stored,
      hasher: createContentHasher(entry?.check),
      bad: createBadLineCounter(),
      restBad: createBadLineCounter(),
      columns: entry?.columns ?? [],
      isCut: entry?.isCut ?? false,
      end: entry?.end ?? 0,
      restEnd: undefined,
      lines: entry?.lines ?? 0,
      stamp: entry !== undefined && entry.end === entry.size ? entry.stamp : '',
      size: entry?.size ?? 0,
    });
  }
  for (const [index, { file, stored }] of indexed.entries()) await addSlot(file, stored, stored && `f${index}`);

  /** Reads what was appended. */
  async function grow(slot: Slot, file: LogFile, options: ViewOptions): Promise<void> {
    const stamp = file.stamp();
    const size = file.size();
    if (slot.stamp === stamp || (file.isCompressed && slot.schema !== undefined)) return;
    if (slot.rest !== undefined && users === 0) await owner.run(`DROP TABLE ${slot.rest}`);
    slot.rest = undefined;
    slot.restEnd = undefined;
    slot.restBad = createBadLineCounter();
    const reading = { table: slot.tail, from: slot.end, isGrowing: !file.isCompressed, bad: slot.bad, ...options };
    const grown = await ingest(duckdb, owner, slot.hasher.watch(file), reading);
    slot.end = grown.end;
    slot.lines += grown.lines;
    const columns = new Set([...slot.columns, ...grown.columns]);
    slot.isCut ||= grown.isCut;
    if (!file.isCompressed && grown.end < file.size()) {
      const table = `rest${names++}`;
      await createLinesTable(owner, table);
      const { signal } = options;
      const rest = await ingest(duckdb, owner, file, {
        table,
        from: grown.end,
        isGrowing: false,
        bad: slot.restBad,
        signal,
      });
      slot.rest = table;
      slot.restEnd = rest.lines > slot.restBad.read().count ? rest.end : undefined;
      for (const column of rest.columns) columns.add(column);
    }
    slot.columns = [...columns];
    slot.stamp = stamp;
    slot.size = size;
  }

  const slotOf = (file: LogFile): Slot => {
    const slot = slots.get(keyOf(file));
    if (slot === undefined) throw new Error(`no index of ${file.path}`);
    return slot;
  };

  function closeUnused(): void {
    if (!isClosed || users > 0) return;
    owner.closeSync();
    database.close();
  }

  return {
    async stateOf(file) {
      const slot = slots.get(keyOf(file));
      if (slot === undefined) return 'new';
      return slot.size === 0 || (await isCurrent(file, checkOf(slot))) ? 'current' : 'changed';
    },
    add: (file) => addSlot(file, undefined, undefined),
    missing(file) {
      const slot = slots.get(keyOf(file));
      if (slot === undefined) return file.size();
      return slot.stored === undefined ? file.size() : file.isCompressed ? 0 : file.size() - slot.stored.entry.end;
    },
    async view(files, options) {
      for (const file of files) await grow(slotOf(file), file, options);
      const bad = createBadLineCounter();
      const columns = new Set<string>();
      let lines = 0;
      const parts = files.flatMap((file, part) => {
        const slot = slotOf(file);
        for (const counter of [slot.stored?.entry.bad, slot.bad.read(), slot.restBad.read()]) {
          if (counter === undefined) continue;
          bad.addFile(file.path, counter);
        }
        lines += slot.lines;
        const isStored = slot.stored !== undefined && isWhole(slot);
        for (const column of isStored ? slot.stored.entry.columns : slot.columns) columns.add(column);
        const stored = slot.schema && `${slot.schema}.${LINES}`;
        const tables = isStored ? [stored] : [stored, slot.tail, slot.rest].filter(Boolean);
        return tables.map((table) => `SELECT ${part} AS ${identifier(PART)}, * FROM ${table}`);
      });
      const isOneFile = files.length === 1 && files.every((file) => isWhole(slotOf(file)));
      const isCut = files.some((file) => slotOf(file).isCut);
      const table = `view${names++}`;
      await owner.run(`CREATE VIEW ${table} AS ${parts.join(' UNION ALL BY NAME ')}`);
      const connection = await database.connect();
      users++;
      return {
        files,
        connection,
        table,
        isOneFile,
        lines,
        ends: files.map((file) => slotOf(file).restEnd ?? slotOf(file).end),
        bad,
        column(source) {
          const column = indexColumn(source);
          if (column === undefined) return undefined;
          if (columns.has(column.name)) return identifier(column.name);
          return isCut && source.type === 'open' ? undefined : `CAST(NULL AS ${column.type})`;
        },
        async release() {
          connection.closeSync();
          await owner.run(`DROP VIEW ${table}`);
          users--;
          closeUnused();
        },
      };
    },
    close() {
      isClosed = true;
      closeUnused();
    },
  };
}
