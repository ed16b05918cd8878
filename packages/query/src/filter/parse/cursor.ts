/** Reads the characters of a filter. Every reader starts at the cursor and leaves it behind the text that it read. */

import { FilterError } from '../error.ts';
import type { Pattern, PatternPart } from '../pattern.ts';

/** A filter and a place in it. */
export interface Cursor {
  readonly text: string;
  at: number;
}

/** A text that was read. */
export interface Token {
  readonly at: number;
  readonly length: number;
  /** Quoted texts have no wildcards. */
  readonly pattern: Pattern;
}

/** Ends a text that is not quoted. */
const ENDS_VALUE = /[\s()[\]{}"]/;
/** Ends one that may be a name. */
const ENDS_NAME = /[\s()[\]{}":<>=]/;

/** Throws an error that points at a place. */
export function fail(
  cursor: Cursor,
  place: { at: number; length?: number },
  problem: string,
  suggestion?: string,
): never {
  throw new FilterError({ filter: cursor.text, at: place.at, length: place.length ?? 1, problem, suggestion });
}

/** The next text that fits a sticky expression, which is then behind the cursor. */
export function take(cursor: Cursor, expression: RegExp): string | undefined {
  const sticky = expression;
  sticky.lastIndex = cursor.at;
  const found = sticky.exec(cursor.text)?.[0];
  if (found !== undefined) cursor.at += found.length;
  return found;
}

const SPACES = /\s+/y;

/** Skips white space. */
export function skipSpaces(cursor: Cursor): void {
  take(cursor, SPACES);
}

/** True at the end of the filter. */
export const isAtEnd = ({ text, at }: Cursor): boolean => at >= text.length;

function tokenFrom(at: number, cursor: Cursor, parts: PatternPart[], literal: string): Token {
  if (literal !== '') parts.push({ text: literal.toWellFormed() });
  return { at, length: cursor.at - at, pattern: parts };
}

/** The character behind a backslash. */
function escaped(cursor: Cursor): string {
  const point = cursor.text.codePointAt(cursor.at + 1);
  if (point === undefined) fail(cursor, cursor, 'a character must follow the backslash');
  const character = String.fromCodePoint(point);
  cursor.at += 1 + character.length;
  return character;
}

/** Reads a text in double quotes. A backslash takes the next character as it is. */
export function readQuoted(cursor: Cursor): Token {
  const { at } = cursor;
  let literal = '';
  cursor.at++;
  for (;;) {
    const from = cursor.at;
    while (!isAtEnd(cursor) && cursor.text[cursor.at] !== '"' && cursor.text[cursor.at] !== '\\') cursor.at++;
    literal += cursor.text.slice(from, cursor.at);
    if (isAtEnd(cursor)) fail(cursor, { at }, 'this quote is never closed');
    if (cursor.text[cursor.at] === '"') break;
    literal += escaped(cursor);
  }
  cursor.at++;
  return tokenFrom(at, cursor, [], literal);
}

/** Reads a text without quotes, which may have wildcards. It is empty where no such text begins. */
export function readPlain(cursor: Cursor, mayBeName: boolean): Token {
  const { at, text } = cursor;
  const end = mayBeName ? ENDS_NAME : ENDS_VALUE;
  const parts: PatternPart[] = [];
  let literal = '';
  for (; !isAtEnd(cursor);) {
    const character = text[cursor.at] as string;
    if (end.test(character) || (mayBeName && text.startsWith('!=', cursor.at))) break;
    if (character === '\\') literal += escaped(cursor);
    else if (character === '*' || character === '?') {
      if (literal !== '') parts.push({ text: literal.toWellFormed() });
      literal = '';
      const last = parts.at(-1);
      // Several `*` are one.
      if (character === '?' || last === undefined || !('wild' in last) || last.wild === '?')
        parts.push({ wild: character });
      cursor.at++;
    } else {
      literal += character;
      cursor.at++;
    }
  }
  return tokenFrom(at, cursor, parts, literal);
}
