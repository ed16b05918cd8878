/** Values of a field: one, a comparison, a range, or a list of them. */

import type { Field } from '../fields/resolve.ts';
import type { Filter, Test } from '../tree.ts';
import { fail, isAtEnd, skipSpaces, take } from './cursor.ts';
import { readGroup } from './groups.ts';
import { at, expectGap, isStar, type Parser, type ReadOne, readValueToken, testFilter, unexpected } from './parser.ts';
import { equalTest, type Operator, rangeTest } from './test-of.ts';

const TO = /TO(?=\s)/iy;
const COMPARISON = /[<>]=?/y;

/** Reads `[a TO b]`; a curly bracket leaves its bound out, `*` is no bound. */
function readRange(parser: Parser, field: Field): Test {
  const { cursor, now } = parser;
  const start = cursor.at;
  const low: Operator = at(cursor) === '[' ? '>=' : '>';
  cursor.at++;
  skipSpaces(cursor);
  const from = readValueToken(cursor, 'the bracket');
  skipSpaces(cursor);
  if (take(cursor, TO) === undefined) unexpected(cursor, 'TO must be here: a range is [1 TO 5]');
  skipSpaces(cursor);
  const to = readValueToken(cursor, 'TO');
  skipSpaces(cursor);
  const closing = at(cursor);
  if (closing !== ']' && closing !== '}')
    fail(cursor, isAtEnd(cursor) ? { at: start } : cursor, 'a range ends with ] or }');
  cursor.at++;
  const high: Operator = closing === ']' ? '<=' : '<';
  const limits = [[low, from] as const, [high, to] as const].filter(([, token]) => !isStar(token));
  return limits.length === 0 ? { kind: 'exists' } : rangeTest({ cursor, field, now }, start, ...limits);
}

/** Reads one value of a field. */
function readTest(parser: Parser, field: Field): Test {
  const { cursor, now } = parser;
  const start = cursor.at;
  const reading = { cursor, field, now };
  if (at(cursor) === '[' || at(cursor) === '{') return readRange(parser, field);
  const operator = take(cursor, COMPARISON) as Operator | undefined;
  if (operator !== undefined) {
    skipSpaces(cursor);
    return rangeTest(reading, start, [operator, readValueToken(cursor, operator)]);
  }
  const token = readValueToken(cursor, field.name);
  return isStar(token) ? { kind: 'exists' } : equalTest(reading, token);
}

/** Reads a value of a field, or a list of values in parentheses. */
export function readValue(parser: Parser, field: Field): Filter {
  const { cursor } = parser;
  const one: ReadOne = () => {
    const place = cursor.at;
    const test = readTest(parser, field);
    expectGap(cursor);
    return testFilter(parser, place, field, test);
  };
  skipSpaces(cursor);
  return at(cursor) === '(' ? readGroup(parser, one, true) : one(parser);
}
