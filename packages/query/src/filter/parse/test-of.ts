/** The test that a value stands for, by the type of its field. */

import { attributeRow, nearest } from '@spanline/record';
import type { Field } from '../fields/resolve.ts';
import { literalOf } from '../pattern.ts';
import type { Bounds, Test } from '../tree.ts';
import { wordPatterns } from '../words.ts';
import { type Cursor, fail, type Token } from './cursor.ts';
import { quantityOf, readQuantity } from './quantity.ts';
import { type Period, readPeriod } from './time.ts';

/** Comparison of a field with a value. */
export type Operator = '>' | '>=' | '<' | '<=';

/** Context of a value. */
export interface Reading {
  readonly cursor: Cursor;
  readonly field: Field;
  /** The time that `now` stands for. */
  readonly now: number;
}

/** Longest value with wildcards. Engines limit the size of what they make of it. */
const MAX_PATTERN = 500;

const isNumeric = ({ type }: Field): boolean => type === 'integer' || type === 'number';

/** A value as a text. Numbers, times and booleans have no wildcards. */
function plainText({ cursor, field }: Reading, token: Token): string {
  const text = literalOf(token.pattern);
  if (text === undefined) fail(cursor, token, `${field.name} takes no wildcards: its values are no texts`);
  return text;
}

function numberOf(reading: Reading, token: Token): number {
  const { cursor, field } = reading;
  const quantity = quantityOf(field);
  const number = readQuantity(plainText(reading, token), quantity);
  if (number === undefined || !Number.isFinite(number))
    fail(cursor, token, `${field.name} takes a number, such as ${quantity.example}`);
  return number;
}

function periodOf(reading: Reading, token: Token): Period {
  const { cursor, field, now } = reading;
  const period = readPeriod(plainText(reading, token), now);
  if (period === undefined)
    fail(cursor, token, `${field.name} takes a time, such as 2026-11-23, 2026-11-23T09:12:34Z or now-1h`);
  return period;
}

function booleanOf(reading: Reading, token: Token): boolean {
  const text = plainText(reading, token).toLowerCase();
  if (text !== 'true' && text !== 'false') fail(reading.cursor, token, `${reading.field.name} is true or false`);
  return text === 'true';
}

/** The allowed values of a field, if all of its keys have a closed list of them. */
function closedList({ columns }: Field): readonly string[] | undefined {
  const lists = columns.map(({ key }) => attributeRow(key)?.values);
  return lists.every((list) => list !== undefined) ? lists.flat() : undefined;
}

function textTest({ cursor, field }: Reading, { pattern, ...place }: Token): Test {
  const text = literalOf(pattern);
  if (text === undefined) {
    if (place.length > MAX_PATTERN) fail(cursor, place, `a value with wildcards has at most ${MAX_PATTERN} characters`);
    return { kind: 'pattern', pattern };
  }
  const values = closedList(field);
  if (values !== undefined && !values.includes(text))
    fail(cursor, place, `${field.name} is one of ${values.join(', ')}`, nearest(text, values));
  // Ids of W3C have lower-case digits.
  const isId = field.columns.every(({ key }) => /^(?:trace|span)_id$/.test(attributeRow(key)?.form ?? ''));
  return { kind: 'equal', values: [isId ? text.toLowerCase() : text] };
}

/** The words of a text, which follow each other. */
export function phraseOf(cursor: Cursor, token: Token): Test {
  const words = wordPatterns(token.pattern);
  if (words.length === 0) fail(cursor, token, 'there is no word in this text');
  if (token.length > MAX_PATTERN && literalOf(token.pattern) === undefined)
    fail(cursor, token, `a text with wildcards has at most ${MAX_PATTERN} characters`);
  return { kind: 'phrase', words };
}

/** The test behind `field:value`. */
export function equalTest(reading: Reading, token: Token): Test {
  const { field, cursor } = reading;
  if (isNumeric(field)) return { kind: 'equal', values: [numberOf(reading, token)] };
  switch (field.type) {
    case 'boolean':
      return { kind: 'equal', values: [booleanOf(reading, token)] };
    case 'time': {
      const { from, to } = periodOf(reading, token);
      return { kind: 'range', bounds: { gte: from, lt: to } };
    }
    case 'words':
      return phraseOf(cursor, token);
    default:
      return textTest(reading, token);
  }
}

/** A bound. A period begins with its first millisecond and ends behind its last. */
function boundOf(reading: Reading, operator: Operator, token: Token): Bounds {
  if (reading.field.type === 'time') {
    const { from, to } = periodOf(reading, token);
    if (operator === '>') return { gte: to };
    if (operator === '>=') return { gte: from };
    return { lt: operator === '<' ? from : to };
  }
  const number = numberOf(reading, token);
  if (operator === '>') return { gt: number };
  if (operator === '>=') return { gte: number };
  return operator === '<' ? { lt: number } : { lte: number };
}

/** The test behind one or two comparisons. @param at - place of the first one */
export function rangeTest(reading: Reading, at: number, ...limits: readonly (readonly [Operator, Token])[]): Test {
  const { field, cursor } = reading;
  if (!isNumeric(field) && field.type !== 'time' && field.type !== 'open')
    fail(cursor, { at, length: cursor.at - at }, `${field.name} cannot be compared: its values are no numbers`);
  const bounds = limits.map(([operator, token]) => boundOf(reading, operator, token));
  return { kind: 'range', bounds: Object.assign({}, ...bounds) as Bounds };
}
