/** Filters as conditions of DuckDB. Values are parameters; only numbers of parameters and names of columns are text. */

import { checkOptions, OPEN_KEY_PREFIXES, option, type Shape } from '@spanline/record';
import { anyOf, approximate, type Compiled, type Language } from './approximate.ts';
import type { Column, Value } from './fields/column.ts';
import { DECIMAL } from './fields/decimal.ts';
import { isPrefix, type Pattern, prefixOf, writePattern } from './pattern.ts';
import type { Bounds, Filter, Test } from './tree.ts';

/** Adds a parameter. @returns the text that stands for it */
export type Bind = (value: string | boolean) => string;

/** Options of {@link toSql}. */
export interface SqlOptions {
  /**
   * The SQL of a column's value, of the type that {@link sqlType} says, or `undefined` if the table does not have the
   * column. @defaultValue a column named after the key; a label is a member of the map that is named after its family
   */
  column?: (column: Column, bind: Bind) => string | undefined;
}

const SHAPE: Shape<SqlOptions> = { column: option.callback() };

/** A condition of DuckDB. */
export interface SqlFilter {
  /** Condition for `WHERE`, with parameters `$1`, `$2`, … It is true or false, never null. */
  readonly where: string;
  /** Texts and booleans. Numbers are texts that the condition casts: clients bind large numbers in different types. */
  readonly parameters: readonly (string | boolean)[];
  /** `false`: the rows include some that do not pass. Test each record with `toTest`. */
  readonly isExact: boolean;
}

/** Where values and parameters go. */
interface Table {
  readonly bind: Bind;
  readonly columnSql: NonNullable<SqlOptions['column']>;
}

/** A test of a whole value. */
type ValueTest = Exclude<Test, { kind: 'phrase' }>;

const identifier = (name: string): string => `"${name.replaceAll('"', '""')}"`;

/** The family and the name of an open key: `labels` and `tenant`. */
function memberOf(key: string): [family: string, name: string] {
  const prefix = OPEN_KEY_PREFIXES.find((candidate) => key.startsWith(candidate)) ?? '';
  return [prefix.slice(0, -1), key.slice(prefix.length)];
}

/** Type of a column in DuckDB, and of its family in the case of a label. Words are not in an index. */
export function sqlType({ type, isList }: Column): string {
  const types = { keyword: 'VARCHAR', words: 'VARCHAR', integer: 'DOUBLE', number: 'DOUBLE', boolean: 'BOOLEAN' };
  if (type === 'open') return 'MAP(VARCHAR, VARCHAR)';
  return type === 'time' ? 'BIGINT' : `${types[type]}${isList ? '[]' : ''}`;
}

function ownColumn({ key, type }: Column, bind: Bind): string | undefined {
  if (type === 'words') return undefined;
  if (type !== 'open') return identifier(key);
  const [family, name] = memberOf(key);
  return `element_at(${identifier(family)}, ${bind(name)})[1]`;
}

/** Characters with a meaning in RE2. */
const SPECIAL = /[\\^$.|?*+()[\]{}]/g;
const RE2 = { text: (text: string): string => text.replaceAll(SPECIAL, String.raw`\$&`), '*': '.*', '?': '.' };

/** RE2 takes linear time whatever the pattern, which LIKE does not. */
function patternSql(value: string, pattern: Pattern, bind: Bind): string {
  if (isPrefix(pattern)) return `starts_with(${value}, ${bind(prefixOf(pattern))})`;
  return `regexp_full_match(${value}, ${bind(`(?s:${writePattern(pattern, RE2)})`)})`;
}

/** A value as an operand. Times are compared as integers, all other numbers as doubles. */
function operand(value: Value, type: Column['type'], bind: Bind): string {
  if (typeof value !== 'number') return bind(value);
  return `CAST(${bind(String(value))} AS ${type === 'time' ? 'BIGINT' : 'DOUBLE'})`;
}

const COMPARISONS = { gt: '>', gte: '>=', lt: '<', lte: '<=' } as const;

function rangeSql(value: string, type: Column['type'], bounds: Bounds, bind: Bind): string {
  const names = Object.keys(COMPARISONS) as (keyof Bounds)[];
  return names
    .flatMap((name) => {
      const bound = bounds[name];
      return bound === undefined ? [] : [`${value} ${COMPARISONS[name]} ${operand(bound, type, bind)}`];
    })
    .join(' AND ');
}

/** The number of a label, null if its text is none. */
function decimalSql(value: string, bind: Bind): string {
  const number = `TRY_CAST(${value} AS DOUBLE)`;
  return `CASE WHEN regexp_full_match(${value}, ${bind(DECIMAL.source)}) AND isfinite(${number}) THEN ${number} END`;
}

/** The SQL of a test of one value. */
function testSql(value: string, type: Column['type'], test: ValueTest, bind: Bind): string {
  switch (test.kind) {
    case 'exists':
      return `${value} IS NOT NULL`;
    case 'equal':
      return `${value} IN (${test.values.map((entry) => operand(entry, type, bind)).join(', ')})`;
    case 'pattern':
      return patternSql(value, test.pattern, bind);
    default:
      return rangeSql(type === 'open' ? `(${decimalSql(value, bind)})` : value, type, test.bounds, bind);
  }
}

const never = (sql: string): string => `coalesce(${sql}, FALSE)`;

const INEXACT: Compiled<string> = { query: 'TRUE', isExact: false };

function columnTest(column: Column, test: Test, { columnSql, bind }: Table): Compiled<string> {
  if (test.kind === 'phrase') return INEXACT;
  const value = columnSql(column, bind);
  if (value === undefined) return INEXACT;
  const condition = testSql(column.isList ? 'entry' : value, column.type, test, bind);
  if (!column.isList) return { query: never(condition), isExact: true };
  return { query: `EXISTS (SELECT 1 FROM unnest(${value}) AS list(entry) WHERE ${condition})`, isExact: true };
}

function sumTest(columns: readonly Column[], test: Test, { columnSql, bind }: Table): Compiled<string> {
  const values = columns.map((column) => columnSql(column, bind));
  const known = values.filter((value) => value !== undefined);
  if (test.kind === 'phrase' || known.length < values.length) return INEXACT;
  const terms = known.map((value) => `coalesce(CAST(${value} AS DOUBLE), 0)`).join(' + ');
  const isThere = known.map((value) => `${value} IS NOT NULL`).join(' OR ');
  return { query: never(testSql(`(CASE WHEN ${isThere} THEN ${terms} END)`, 'number', test, bind)), isExact: true };
}

const joined = (conditions: readonly string[], word: string): string =>
  `(${[...new Set(conditions)].join(` ${word} `)})`;

function languageOf(table: Table): Language<string> {
  const or = (conditions: readonly string[]): string => joined(conditions, 'OR');
  return {
    all: 'TRUE',
    none: 'FALSE',
    and: (conditions) => joined(conditions, 'AND'),
    or,
    not: (condition) => `(NOT ${condition})`,
    test({ columns, combine }, test) {
      if (combine === 'sum') return sumTest(columns, test, table);
      return anyOf(
        { or, none: 'FALSE' },
        columns.map((column) => columnTest(column, test, table)),
      );
    },
  };
}

/**
 * Compiles a filter to a condition of DuckDB. The text holds no value of the filter: they are parameters.
 *
 * @example
 * ```ts
 * import { parseFilter, toSql } from '@spanline/query';
 *
 * const { where, parameters } = toSql(parseFilter('duration>2s'));
 * console.log(where, parameters);
 * // coalesce("duration_ms" > CAST($1 AS DOUBLE), FALSE) [ '2000' ]
 * ```
 */
export function toSql(filter: Filter, options: SqlOptions = {}): SqlFilter {
  checkOptions(SHAPE, options);
  const parameters: (string | boolean)[] = [];
  const bind: Bind = (value) => `$${parameters.push(value)}`;
  const { query, isExact } = approximate(filter, languageOf({ bind, columnSql: options.column ?? ownColumn }));
  return { where: query, parameters, isExact };
}
