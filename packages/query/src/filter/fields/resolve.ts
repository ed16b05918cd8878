import {
  ATTRIBUTE_KEYS,
  nearest,
  OPEN_KEY_PREFIXES,
  PROFILE_NAMES,
  profileKey,
  type SpanRecord,
} from '@spanline/record';
import { type Column, columnOf, type ColumnType, columnValues, type Value } from './column.ts';
import { PREFIXES, SHORT_NAMES, SUMS } from './short-names.ts';

/** A name of a filter, resolved. */
export interface Field {
  /** The name as it was written. */
  readonly name: string;
  readonly type: ColumnType;
  /** One column, or several of one type. */
  readonly columns: readonly Column[];
  /** `any`: a test is true if it is true for a column. `sum`: the test is about the sum of the columns. */
  readonly combine: 'any' | 'sum';
  /** The values of a time are the starts of intervals of so many milliseconds, in ISO 8601. For grouping alone. */
  readonly everyMs?: number;
}

/** The texts of a span: message, error and content. A text without a name is searched in them. */
export const TEXT: Field = {
  name: 'text',
  type: 'words',
  columns: ATTRIBUTE_KEYS.flatMap((key) => {
    const column = columnOf(key);
    return column?.type === 'words' ? [column] : [];
  }),
  combine: 'any',
};

/** Names of keys in the profiles `ecs` and `datadog`: people copy them from Kibana and Datadog. */
const SPELLINGS: ReadonlyMap<string, string> = new Map(
  PROFILE_NAMES.flatMap((profile) =>
    ATTRIBUTE_KEYS.map((key): [string, string] => [profileKey(key, profile), key]),
  ).toReversed(),
);

const own = (names: Readonly<Record<string, readonly string[]>>, name: string): readonly string[] | undefined =>
  Object.hasOwn(names, name) ? names[name] : undefined;

function openKey(name: string): string {
  const prefix = Object.keys(PREFIXES).find((candidate) => name.startsWith(candidate));
  return prefix === undefined ? name : `${PREFIXES[prefix]}${name.slice(prefix.length)}`;
}

/** Every name that a filter may use, short names first. Members of open families are not listed. */
export const FIELD_NAMES: readonly string[] = [
  ...new Set([TEXT.name, ...Object.keys(SHORT_NAMES), ...Object.keys(SUMS), ...ATTRIBUTE_KEYS, ...SPELLINGS.keys()]),
];

/** The field of a name: a short name, a key of the attribute table, a key of a profile, or a label. */
export function resolveField(name: string): Field | undefined {
  if (name === TEXT.name) return TEXT;
  const sum = own(SUMS, name);
  const keys = sum ??
    own(SHORT_NAMES, name) ?? [columnOf(name) === undefined ? (SPELLINGS.get(name) ?? openKey(name)) : name];
  const columns = keys.flatMap((key) => columnOf(key) ?? []);
  const [first] = columns;
  return first && { name, type: first.type, columns, combine: sum === undefined ? 'any' : 'sum' };
}

/** The known name that was probably meant. */
export function suggestField(name: string): string | undefined {
  const open = [...Object.keys(PREFIXES), ...OPEN_KEY_PREFIXES].find((prefix) => prefix === `${name}.`);
  return open === undefined ? nearest(name, FIELD_NAMES) : `${open}name`;
}

/** The start of the interval that a time is in, as text. Intervals are counted from 1970 on. */
export const intervalOf = (ms: number, everyMs: number): string =>
  new Date(Math.floor(ms / everyMs) * everyMs).toISOString();

/** The values of a field in a record; none if it is missing. */
export function fieldValues({ columns, combine, everyMs }: Field, record: SpanRecord): readonly Value[] {
  const [first] = columns;
  if (first !== undefined && everyMs !== undefined)
    return columnValues(first, record).map((ms) => intervalOf(Number(ms), everyMs));
  if (first !== undefined && columns.length === 1) return columnValues(first, record);
  const values = columns.flatMap((column) => columnValues(column, record));
  if (combine === 'any' || values.length === 0) return values;
  return [values.reduce((sum: number, value) => sum + Number(value), 0)];
}
