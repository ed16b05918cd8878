/** One key of the record as engines see it: its type, and its value in that type. */

import { type AttributeKey, attributeRow, indexKind, isOpenKey, type SpanRecord } from '@spanline/record';
import { textsOf } from './texts.ts';

/**
 * Type of a column:
 *
 * - `keyword`: a text that is compared as a whole. Arrays have several.
 * - `words`: prose or content, which is compared word by word.
 * - `integer`, `number`: a finite number.
 * - `boolean`
 * - `time`: whole milliseconds since the epoch, cut.
 * - `open`: a label or a gauge. Its value is a text; numbers and booleans are the text that JSON has for them.
 */
export type ColumnType = 'keyword' | 'words' | 'integer' | 'number' | 'boolean' | 'time' | 'open';

/** A value of a column. */
export type Value = string | number | boolean;

/** One key of the record. */
export interface Column {
  /** Key of the record: `span.type`, `labels.tenant`. */
  readonly key: string;
  readonly type: ColumnType;
  /** The key holds an array; a test is true if it is true for an element. */
  readonly isList: boolean;
}

const TYPES: Readonly<Record<ReturnType<typeof indexKind>, ColumnType>> = {
  string: 'keyword',
  text: 'words',
  content: 'words',
  integer: 'integer',
  number: 'number',
  boolean: 'boolean',
  date: 'time',
};

/** The column of a key; `undefined` if the record has no such key. */
export function columnOf(key: string): Column | undefined {
  const row = attributeRow(key);
  if (row !== undefined) return { key, type: TYPES[indexKind(key as AttributeKey)], isList: row.kind === 'strings' };
  return isOpenKey(key) ? { key, type: 'open', isList: false } : undefined;
}

const ISO = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:Z|[+-]\d\d:\d\d)$/;

function timeOf(value: unknown): number | undefined {
  if (typeof value !== 'string' || !ISO.test(value)) return undefined;
  const ms = Date.parse(value);
  return Number.isNaN(ms) ? undefined : ms;
}

const wellFormed = (text: string): string => (text.isWellFormed() ? text : text.toWellFormed());

function scalarOf(value: unknown, type: ColumnType): Value | undefined {
  switch (type) {
    case 'integer':
      return Number.isInteger(value) ? (value as number) : undefined;
    case 'number':
      return Number.isFinite(value) ? (value as number) : undefined;
    case 'boolean':
      return typeof value === 'boolean' ? value : undefined;
    case 'time':
      return timeOf(value);
    case 'open':
      if (typeof value === 'string') return wellFormed(value);
      return Number.isFinite(value) || typeof value === 'boolean' ? String(value) : undefined;
    default:
      return typeof value === 'string' ? wellFormed(value) : undefined;
  }
}

const NONE: readonly Value[] = [];

/**
 * The values of a column in a record. None means that the value is missing. So are `null`, an empty array, a number
 * that is not finite, and a value of another type than the key's.
 */
export function columnValues({ key, type, isList }: Column, record: SpanRecord): readonly Value[] {
  const value = (record as Readonly<Record<string, unknown>>)[key];
  if (value === undefined || value === null) return NONE;
  if (type === 'words') return textsOf(key, value);
  if (isList) return Array.isArray(value) ? value.filter((entry) => typeof entry === 'string').map(wellFormed) : NONE;
  const scalar = scalarOf(value, type);
  return scalar === undefined ? NONE : [scalar];
}
