/** Columns of a table: dotted names, in the words of Spanline or of tables that people export from other tracers. */

import { ATTRIBUTE_KEYS, type RecordValue, SpanlineError, type SpanRecord } from '@spanline/record';
import { type Field, resolveField, suggestField } from '../filter/index.ts';

/** A column of a table. */
export interface TableColumn {
  /** As it was asked for; the head of the table. */
  readonly name: string;
  /** Type of its values in DuckDB and Parquet. */
  readonly sqlType: 'DOUBLE' | 'BOOLEAN' | 'VARCHAR' | 'VARCHAR[]';
  /** The value of a span: a scalar, or an array of texts. `undefined` if it has none. */
  read(record: SpanRecord): RecordValue | undefined;
}

/** Names of Phoenix's table of spans, and the keys that hold the same. */
const OTHER_NAMES: Readonly<Record<string, string>> = {
  'context.span_id': 'span_id',
  'context.trace_id': 'trace_id',
  parent_id: 'parent_span_id',
  name: 'span.name',
  span_kind: 'span.type',
  start_time: 'event.start',
  end_time: '@timestamp',
  status_code: 'span.status',
  status_message: 'error.message',
  latency_ms: 'duration_ms',
};
const PREFIX = 'attributes.';

function keyOf(name: string): string {
  if (Object.hasOwn(OTHER_NAMES, name)) return OTHER_NAMES[name] ?? name;
  return name.startsWith(PREFIX) ? name.slice(PREFIX.length) : name;
}

function sqlTypeOf({ type, columns }: Field): TableColumn['sqlType'] {
  if (columns.some(({ isList }) => isList)) return 'VARCHAR[]';
  if (type === 'integer' || type === 'number') return 'DOUBLE';
  return type === 'boolean' ? 'BOOLEAN' : 'VARCHAR';
}

/** Columns of names. @throws SpanlineError `ERR_INVALID_OPTION` for an unknown name */
export function columnsOf(names: readonly string[]): TableColumn[] {
  return names.map((name) => {
    const field = resolveField(keyOf(name));
    if (field === undefined) {
      const suggestion = suggestField(keyOf(name));
      throw new SpanlineError({
        code: 'ERR_INVALID_OPTION',
        option: 'columns',
        expected: 'names of columns',
        got: name,
        ...(suggestion === undefined ? {} : { suggestion }),
      });
    }
    const keys = field.columns.map(({ key }) => key);
    const value = (record: SpanRecord, key: string): RecordValue | undefined =>
      (record as Readonly<Record<string, RecordValue | undefined>>)[key];
    return {
      name,
      sqlType: sqlTypeOf(field),
      read(record) {
        const values = keys.map((key) => value(record, key)).filter((one) => one !== undefined);
        if (field.combine === 'any' || values.length === 0) return values[0];
        return values.reduce((sum: number, one) => sum + Number(one), 0);
      },
    };
  });
}

/** Names of the columns that some records have, in the order of the attribute table; labels come last. */
export function namesIn(records: readonly SpanRecord[]): string[] {
  const found = new Set(records.flatMap((record) => Object.keys(record)));
  const known = ATTRIBUTE_KEYS.filter((key) => found.delete(key));
  return [...known, ...[...found].toSorted()];
}
