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
import { ALL, type Filter, join, type Test } from '../tree.ts';
import { type Cursor, fail, isAtEnd, readPlain, readQuoted, skipSpaces, take, type Token } from './cursor.ts';
import { equalTest, type Operator, phraseOf, rangeTest } from './test-of.ts';

/** Options of {@link parseFilter}. */
export interface FilterOptions {
  /** Time that `now` stands for, in milliseconds since the epoch. @defaultValue the time of the call */
  now?: number;
}

/** Rules of {@link FilterOptions}. */
export const FILTER_SHAPE: Shape<FilterOptions> = { now: option.number() };

/** Longest filter, in UTF-16 units. */
const MAX_LENGTH = 100_000;
/** Most conditions, and deepest parentheses: engines have limits of about 1,000. */
const MAX_TESTS = 1000;
const MAX_DEPTH = 50;

const OR = /(?:OR(?=[\s()]|$)|\|\|)/iy;
const AND = /(?:AND(?=[\s()]|$)|&&)/iy;
const NOT = /(?:NOT(?=[\s()]|$)|[-!](?=[^\s)]))/iy;
const TO = /TO(?=\s)/iy;
const NAME_OPERATOR = /\s*(?::|!=|[<>]=?|=)/y;
const COMPARISON = /[<>]=?/y;
const ANYTHING = /\S+/y;

interface Parser {
  readonly cursor: Cursor;
  readonly now: number;
  tests: number;
  depth: number;
}

/** Reads one condition: of the filter itself, or a value in a list. */
type ReadOne = (parser: Parser) => Filter;

const at = (cursor: Cursor): string => cursor.text[cursor.at] ?? '';

/** Reads what is left, to point at the whole of it. */
function unexpected(cursor: Cursor, problem: string): never {
  const place = { at: cursor.at, length: take(cursor, ANYTHING)?.length ?? 1 };
  return fail(cursor, place, problem);
}

function testFilter(parser: Parser, place: number, field: Field, test: Test): Filter {
  parser.tests++;
  if (parser.tests > MAX_TESTS) fail(parser.cursor, { at: place }, `a filter has at most ${MAX_TESTS} conditions`);
  return { kind: 'test', field, test };
}

function readToken(cursor: Cursor, mayBeName: boolean): Token {
  return at(cursor) === '"' ? readQuoted(cursor) : readPlain(cursor, mayBeName);
}

/** Two texts need a space between them: `model:a"b"` is a slip. */
function expectGap(cursor: Cursor): void {
  if (!isAtEnd(cursor) && !/[\s)]/.test(at(cursor)))
    unexpected(cursor, 'a space must be here; put a value with special characters in double quotes');
}

function readValueToken(cursor: Cursor, what: string): Token {
  const token = readToken(cursor, false);
  if (token.length === 0) unexpected(cursor, `a value must follow ${what}`);
  return token;
}

const isStar = ({ pattern }: Token): boolean =>
  pattern.length === 1 && pattern[0] !== undefined && 'wild' in pattern[0] && pattern[0].wild === '*';

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
function readValue(parser: Parser, field: Field): Filter {
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

function readGroup(parser: Parser, one: ReadOne, isList: boolean): Filter {
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

function readAny(parser: Parser, one: ReadOne, isList: boolean): Filter {
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
