/** Conditions joined by AND, OR and NOT, and groups of them in parentheses. */

import { type Filter, join } from '../tree.ts';
import { type Cursor, fail, isAtEnd, skipSpaces, take } from './cursor.ts';
import { at, type Parser, type ReadOne, unexpected } from './parser.ts';

/** Deepest parentheses. */
const MAX_DEPTH = 50;
const OR = /(?:OR(?=[\s()]|$)|\|\|)/iy;
const AND = /(?:AND(?=[\s()]|$)|&&)/iy;
const NOT = /(?:NOT(?=[\s()]|$)|[-!](?=[^\s)]))/iy;

/** Reads a group in parentheses. @param isList - of values, which need an OR or AND between them */
export function readGroup(parser: Parser, one: ReadOne, isList: boolean): Filter {
  const { cursor } = parser;
  const place = cursor.at;
  parser.depth++;
  if (parser.depth > MAX_DEPTH) fail(cursor, { at: place }, `parentheses and NOT are at most ${MAX_DEPTH} deep`);
  cursor.at++;
  const filter = readAny(parser, one, isList);
  if (at(cursor) !== ')') fail(cursor, isAtEnd(cursor) ? { at: place } : cursor, 'this parenthesis is never closed');
  cursor.at++;
  parser.depth--;
  return filter;
}

function readOne(parser: Parser, one: ReadOne, isList: boolean): Filter {
  const { cursor } = parser;
  const place = cursor.at;
  if (take(cursor, OR) !== undefined || take(cursor, AND) !== undefined) {
    cursor.at = place;
    unexpected(cursor, 'a condition must be here');
  }
  if (take(cursor, NOT) !== undefined) {
    parser.depth++;
    if (parser.depth > MAX_DEPTH) fail(cursor, { at: place }, `parentheses and NOT are at most ${MAX_DEPTH} deep`);
    skipSpaces(cursor);
    const filter = readOne(parser, one, isList);
    parser.depth--;
    return { kind: 'not', filter };
  }
  return at(cursor) === '(' ? readGroup(parser, one, isList) : one(parser);
}

/** True where a sequence of conditions ends. */
function endsHere(cursor: Cursor): boolean {
  const { at: place } = cursor;
  const ends = isAtEnd(cursor) || at(cursor) === ')' || take(cursor, OR) !== undefined;
  cursor.at = place;
  return ends;
}

function readAll(parser: Parser, one: ReadOne, isList: boolean): Filter {
  const { cursor } = parser;
  const filters = [readOne(parser, one, isList)];
  for (;;) {
    skipSpaces(cursor);
    const place = cursor.at;
    const isJoined = take(cursor, AND) !== undefined;
    skipSpaces(cursor);
    if (!isJoined && endsHere(cursor)) return join('and', filters);
    if (!isJoined && isList) unexpected(cursor, 'OR or AND must be between two values');
    if (isJoined && endsHere(cursor)) fail(cursor, { at: place }, 'a condition must follow AND');
    filters.push(readOne(parser, one, isList));
  }
}

/** Reads conditions up to the end of the group that they are in. */
export function readAny(parser: Parser, one: ReadOne, isList: boolean): Filter {
  const { cursor } = parser;
  const filters: Filter[] = [];
  for (;;) {
    skipSpaces(cursor);
    filters.push(readAll(parser, one, isList));
    const place = cursor.at;
    if (take(cursor, OR) === undefined) return join('or', filters);
    skipSpaces(cursor);
    if (isAtEnd(cursor) || at(cursor) === ')') fail(cursor, { at: place, length: 2 }, 'a condition must follow OR');
  }
}
