/** The state of a parser, and the pieces that it reads: texts, and the gaps between them. */

import type { Field } from '../fields/resolve.ts';
import type { Filter, Test } from '../tree.ts';
import { type Cursor, fail, isAtEnd, readPlain, readQuoted, take, type Token } from './cursor.ts';

/** Most conditions: engines have a limit of about 1,000. */
const MAX_TESTS = 1000;
const ANYTHING = /\S+/y;

/** A parser. */
export interface Parser {
  readonly cursor: Cursor;
  readonly now: number;
  tests: number;
  depth: number;
}

/** Reads one condition: of the filter itself, or a value in a list. */
export type ReadOne = (parser: Parser) => Filter;

/** The character at the cursor; empty at the end. */
export const at = (cursor: Cursor): string => cursor.text[cursor.at] ?? '';

/** Reads what is left, to point at the whole of it. */
export function unexpected(cursor: Cursor, problem: string): never {
  const place = { at: cursor.at, length: take(cursor, ANYTHING)?.length ?? 1 };
  return fail(cursor, place, problem);
}

/** A condition, counted. */
export function testFilter(parser: Parser, place: number, field: Field, test: Test): Filter {
  parser.tests++;
  if (parser.tests > MAX_TESTS) fail(parser.cursor, { at: place }, `a filter has at most ${MAX_TESTS} conditions`);
  return { kind: 'test', field, test };
}

/** Reads a text: in quotes, or plain. */
export function readToken(cursor: Cursor, mayBeName: boolean): Token {
  return at(cursor) === '"' ? readQuoted(cursor) : readPlain(cursor, mayBeName);
}

/** Two texts need a space between them: `model:a"b"` is a slip. */
export function expectGap(cursor: Cursor): void {
  if (!isAtEnd(cursor) && !/[\s)]/.test(at(cursor)))
    unexpected(cursor, 'a space must be here; put a value with special characters in double quotes');
}

/** Reads a value. @param before - the text in front of it */
export function readValueToken(cursor: Cursor, before: string): Token {
  const token = readToken(cursor, false);
  if (token.length === 0) unexpected(cursor, `a value must follow ${before}`);
  return token;
}

/** True for `*` alone. */
export const isStar = ({ pattern }: Token): boolean =>
  pattern.length === 1 && pattern[0] !== undefined && 'wild' in pattern[0] && pattern[0].wild === '*';
