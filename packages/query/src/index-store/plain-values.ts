/** Values that DuckDB reads from lines, and how it knows that they are of the types of their keys. */

import { OTHER_PROFILES } from '../records/index.ts';
import type { IndexColumn } from './columns.ts';
import { identifier } from './duckdb.ts';

/** A key that DuckDB reads. */
export interface Reading {
  readonly key: string;
  /** Type in `read_json`: `VARCHAR` is the text of any scalar, `JSON` has the quotes of a text, `BLOB` needs a text. */
  readonly type: 'VARCHAR' | 'JSON' | 'BLOB';
  /** Bytes of the value in the line, beside those of its text. */
  readonly quotes: 0 | 2;
  /** SQL of the value; `undefined` for a key without a column. */
  readonly value?: string;
  /** Condition that a value has to pass. @defaultValue none: its length says enough */
  readonly isRight?: string;
}

/** Times of tracers, which have a fraction. Older ones would be cut to another millisecond. */
const TIME_FORM = '____-__-__T__:__:__.%Z';
const TIME_FROM = '1970';
/** Numbers below it are held exactly. */
const MAX_NUMBER = '1e15';

/** Nanoseconds since the epoch. */
const nanosOf = (name: string): string => `epoch_ns(TRY_CAST(${name} AS TIMESTAMP_NS))`;
/** Milliseconds since the epoch, with their fraction. */
export const millisOf = (name: string): string => `(${nanosOf(name)} // 1000000 + ${nanosOf(name)} % 1000000 / 1e6)`;

function numberOf(key: string, isInteger: boolean): Reading {
  const value = `TRY_CAST(${identifier(key)} AS DOUBLE)`;
  const isWhole = isInteger ? ` AND ${value} = trunc(${value})` : '';
  // The text of a number in JSON is that of JavaScript; as a text of its own it would be another one.
  return { key, type: 'JSON', quotes: 0, value, isRight: `abs(${value}) < ${MAX_NUMBER}${isWhole}` };
}

function timeOf(key: string): Reading {
  const name = identifier(key);
  const isRight = `${name} >= '${TIME_FROM}' AND ${name} LIKE '${TIME_FORM}' AND ${nanosOf(name)} IS NOT NULL`;
  return { key, type: 'VARCHAR', quotes: 2, value: `${nanosOf(name)} // 1000000`, isRight };
}

/** A list of texts without escapes. */
function listOf(key: string): Reading {
  const name = identifier(key);
  const value = `CASE WHEN ${name} <> '[]' THEN string_split(${name}[3:-3], '","') END`;
  // Without escapes, every quote begins or ends a text.
  const isTexts = `starts_with(${name}, '["') AND ends_with(${name}, '"]') AND NOT contains(${name}, '\\')
    AND NOT contains(replace(${name}[3:-3], '","', ''), '"')`;
  return { key, type: 'VARCHAR', quotes: 0, value, isRight: `${name} = '[]' OR ${isTexts}` };
}

/** A label: a text without escapes, a boolean, or an integer. */
function openOf(key: string): Reading {
  const name = identifier(key);
  return {
    key,
    type: 'JSON',
    quotes: 0,
    value: `trim(${name}, '"')`,
    isRight: `regexp_full_match(${name}, '"[^"\\\\]*"|true|false|-?[1-9][0-9]{0,14}|0')`,
  };
}

/** How the value of a column is read. */
export function readingOf({ source }: IndexColumn): Reading {
  const { key, type, isList } = source;
  if (isList) return listOf(key);
  switch (type) {
    case 'integer':
    case 'number':
      return numberOf(key, type === 'integer');
    case 'boolean': {
      const name = identifier(key);
      return { key, type: 'VARCHAR', quotes: 0, value: `${name} = 'true'`, isRight: `${name} IN ('true', 'false')` };
    }
    case 'time':
      return timeOf(key);
    case 'open':
      return openOf(key);
    default:
      return { key, type: 'VARCHAR', quotes: 2, value: identifier(key) };
  }
}

/** Objects that may hold a key. */
const parentsOf = (key: string): string[] => {
  const parts = key.split('.');
  return parts.slice(1).map((_, index) => parts.slice(0, index + 1).join('.'));
};

/** Names that make a line one of another profile, and objects that may hold one of them or one of these keys. */
export const unlike = (keys: readonly string[]): Set<string> =>
  new Set([...OTHER_PROFILES, ...[...OTHER_PROFILES, ...keys].flatMap(parentsOf)]);
