/**
 * The grammar of filters, by recursive descent:
 *
 *     any    = all { OR all }
 *     all    = one { [ AND ] one }
 *     one    = ( NOT | "-" | "!" ) one | "(" any ")" | name operator value | text
 *     value  = "(" any of values ")" | ( "[" | "{" ) text TO text ( "]" | "}" ) | operator text | text
 */

import { checkOptions, option, type Shape } from '@spanline/record';
import { type Field, resolveField, suggestField, TEXT } from '../fields/resolve.ts';
import { literalOf } from '../pattern.ts';
import { ALL, type Filter } from '../tree.ts';
import { type Cursor, fail, isAtEnd, skipSpaces, take, type Token } from './cursor.ts';
import { readAny } from './groups.ts';
import {
  expectGap,
  isStar,
  type Parser,
  type ReadOne,
  readToken,
  readValueToken,
  testFilter,
  unexpected,
} from './parser.ts';
import { phraseOf } from './test-of.ts';
import { readValue } from './values.ts';

/** Options of {@link parseFilter}. */
export interface FilterOptions {
  /** Time that `now` stands for, in milliseconds since the epoch. @defaultValue the time of the call */
  now?: number;
}

/** Rules of {@link FilterOptions}. */
export const FILTER_SHAPE: Shape<FilterOptions> = { now: option.number() };

/** Longest filter, in UTF-16 units. */
const MAX_LENGTH = 100_000;
const NAME_OPERATOR = /\s*(?::|!=|[<>]=?|=)/y;

function fieldOf(cursor: Cursor, token: Token): Field {
  const name = literalOf(token.pattern);
  if (name === undefined) fail(cursor, token, 'the name of a field has no wildcards');
  const field = resolveField(name);
  if (field !== undefined) return field;
  const hint = /^https?$/.test(name) ? '; put an address in double quotes' : '';
  return fail(cursor, token, `there is no field "${name.slice(0, 100)}"${hint}`, suggestField(name.slice(0, 100)));
}

/** Reads the name behind `exists:`. */
function readExists(parser: Parser): Filter {
  const { cursor } = parser;
  skipSpaces(cursor);
  const token = readValueToken(cursor, 'exists:');
  expectGap(cursor);
  return testFilter(parser, token.at, fieldOf(cursor, token), { kind: 'exists' });
}

/** Reads `name operator value`, or a text that is searched. */
const readCondition: ReadOne = (parser) => {
  const { cursor } = parser;
  const token = readToken(cursor, true);
  const behind = cursor.at;
  const operator = take(cursor, NAME_OPERATOR)?.trim();
  if (token.length === 0) {
    cursor.at = token.at;
    unexpected(
      cursor,
      operator === undefined ? 'a condition must be here' : 'the name of a field must be in front of this',
    );
  }
  if (operator === undefined) {
    cursor.at = behind;
    expectGap(cursor);
    if (isStar(token)) return ALL;
    return testFilter(parser, token.at, TEXT, phraseOf(cursor, token));
  }
  const name = literalOf(token.pattern);
  if (operator === ':' && (name === 'exists' || name === '_exists_')) return readExists(parser);
  const field = fieldOf(cursor, token);
  // The comparison is read with its value.
  if (operator.startsWith('<') || operator.startsWith('>')) cursor.at -= operator.length;
  const filter = readValue(parser, field);
  return operator === '!=' ? { kind: 'not', filter } : filter;
};

/**
 * Reads a filter, such as `type:llm model:gpt-4o* duration>2s -status:ok "refund"`. An empty filter passes every span.
 * It takes time in proportion to the length of the filter.
 *
 * @throws FilterError if the filter cannot be read; it points at the character
 * @example
 * ```ts
 * import { parseFilter, toTest } from '@spanline/query';
 *
 * const isSlow = toTest(parseFilter('type:llm duration>2s'));
 * console.log(isSlow({ 'span.type': 'llm', duration_ms: 2400 })); // true
 * ```
 */
export function parseFilter(text: string, options: FilterOptions = {}): Filter {
  checkOptions(FILTER_SHAPE, options);
  const cursor: Cursor = { text, at: 0 };
  if (text.length > MAX_LENGTH) fail(cursor, { at: MAX_LENGTH }, `a filter has at most ${MAX_LENGTH} characters`);
  skipSpaces(cursor);
  if (isAtEnd(cursor)) return ALL;
  const filter = readAny({ cursor, now: options.now ?? Date.now(), tests: 0, depth: 0 }, readCondition, false);
  if (!isAtEnd(cursor)) fail(cursor, cursor, 'there is no parenthesis for this one to close');
  return filter;
}
