/** Columns of the table of lines: the keys of the record in their types, and where the line stands. No content. */

import { createHash } from 'node:crypto';
import { ATTRIBUTE_KEYS } from '@spanline/record';
import { type Column, columnOf, columnValues, sqlType, type Value } from '../filter/index.ts';
import { endMs, isSpanEnd, type ReadRecord, startMs } from '../records/index.ts';

/** Columns that every table has. A key of a record has no space. */
export const PLACE = {
  offset: ' offset',
  length: ' length',
  /** The line of a whole span. */
  isEnd: ' end',
  /** Milliseconds since the epoch, with a fraction. */
  start: ' start',
  stop: ' stop',
  /** Milliseconds, see `self-time.ts`. */
  self: ' self',
} as const;

/** Types of {@link PLACE}. */
export const PLACE_TYPES: Readonly<Record<string, string>> = {
  [PLACE.offset]: 'BIGINT',
  [PLACE.length]: 'BIGINT',
  [PLACE.isEnd]: 'BOOLEAN',
  [PLACE.start]: 'DOUBLE',
  [PLACE.stop]: 'DOUBLE',
  [PLACE.self]: 'DOUBLE',
};

/** A column of the table. */
export interface IndexColumn {
  readonly name: string;
  readonly type: string;
  readonly source: Column;
}

/** Names in SQL do not differ by case, labels do. */
function nameOf({ key, type }: Column): string {
  return type === 'open' ? `open ${Buffer.from(key).toString('hex')}` : key;
}

/** The column of a key's values; `undefined` for words and content. */
export function indexColumn(source: Column): IndexColumn | undefined {
  if (source.type === 'words') return undefined;
  return { name: nameOf(source), type: source.type === 'open' ? 'VARCHAR' : sqlType(source), source };
}

const COLUMNS = ATTRIBUTE_KEYS.flatMap((key) => {
  const column = columnOf(key);
  return (column && indexColumn(column)) ?? [];
});
const BY_KEY: ReadonlyMap<string, IndexColumn> = new Map(COLUMNS.map((column) => [column.source.key, column]));
/** Words and content are not indexed. */
const LEFT_OUT: ReadonlySet<string> = new Set(ATTRIBUTE_KEYS.filter((key) => !BY_KEY.has(key)));

/** Keys of the record that have columns. */
export const INDEXED_KEYS: readonly string[] = [...BY_KEY.keys()];

/** Format of the files: another table of columns makes another format. */
export const FORMAT = `3-${createHash('sha256')
  .update(JSON.stringify([PLACE_TYPES, COLUMNS.map(({ name, type }) => [name, type])]))
  .digest('hex')
  .slice(0, 12)}`;

/** Labels that get a column. Filters about others find every line, and each is tested. */
const MAX_OPEN = 200;

/** A value of a row. */
export type Cell = Value | readonly Value[];

/** Turns records into rows. */
export interface RowReader {
  /** Calls back with each value of a record. */
  read(read: ReadRecord, put: (name: string, type: string, value: Cell) => void): void;
  /** There were more labels than columns. */
  readonly isCut: boolean;
}

/** Creates a reader. @param known - columns that the table has */
export function createRowReader(known: readonly string[]): RowReader {
  const open = new Map<string, IndexColumn | undefined>();
  let opened = known.filter((name) => name.startsWith('open ')).length;
  let isCut = false;

  function openColumn(key: string): IndexColumn | undefined {
    if (open.has(key)) return open.get(key);
    const source = columnOf(key);
    const column = source && indexColumn(source);
    if (column === undefined) return undefined;
    const isThere = known.includes(column.name);
    if (!isThere && opened >= MAX_OPEN) {
      isCut = true;
      return undefined;
    }
    if (!isThere) opened++;
    open.set(key, column);
    return column;
  }

  return {
    read({ kind, record, offset, length }, put) {
      const add = (name: string, value: Value | undefined): void => {
        if (value !== undefined) put(name, PLACE_TYPES[name] ?? '', value);
      };
      add(PLACE.offset, offset);
      add(PLACE.length, length);
      add(PLACE.isEnd, isSpanEnd(kind, record));
      const start = startMs(record);
      add(PLACE.start, start);
      add(PLACE.stop, endMs(record, start));
      for (const key of Object.keys(record)) {
        if (LEFT_OUT.has(key)) continue;
        const column = BY_KEY.get(key) ?? openColumn(key);
        if (column === undefined) continue;
        const values = columnValues(column.source, record);
        const [first] = values;
        if (first !== undefined) put(column.name, column.type, column.source.isList ? values : first);
      }
    },
    get isCut() {
      return isCut;
    },
  };
}
