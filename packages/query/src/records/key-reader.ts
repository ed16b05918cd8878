/**
 * Reads some keys of a line without parsing the rest. It knows the lines that a tracer writes in the profile `otel`:
 * one flat object whose keys are those of the record. Any other line is left to `parseLine`, and the answers are the
 * same. Strings that nobody asks for are skipped, whatever is in them.
 */

import {
  type AttributeKey,
  attributeRow,
  correlationKeys,
  isOpenKey,
  PROFILE_NAMES,
  type SpanRecord,
} from '@spanline/record';

/** Reads keys. */
export interface KeyReader {
  /**
   * Reads a line of a text in which each byte is a character.
   *
   * @param end - index of the line feed
   * @returns `undefined` for a line that has to be parsed whole
   */
  read(text: string, from: number, end: number): SpanRecord | undefined;
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;
const COLON = 0x3a;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;
const OPEN_BRACKET = 0x5b;
const CLOSE_BRACKET = 0x5d;
const MINUS = 0x2d;
const POINT = 0x2e;
const ZERO = 0x30;
const NINE = 0x39;
const SPACE = 0x20;
/** Digits that a number holds exactly. */
const MAX_DIGITS = 15;
const POWERS = Array.from({ length: MAX_DIGITS + 1 }, (_, exponent) => 10 ** exponent);

/** Keys by which `parseLine` tells other profiles, or that it reads as another key. */
const OTHER_PROFILES = [
  'ddsource',
  'ecs.version',
  'log.level',
  'status',
  ...PROFILE_NAMES.flatMap((profile) => Object.values(correlationKeys(profile))),
].filter((key) => attributeRow(key) === undefined);
/** Without the first ones, `parseLine` looks for other fields. */
const ALWAYS: readonly AttributeKey[] = ['spanline.schema', '@timestamp', 'event.name'];
/** If these are asked for and are not there, `parseLine` looks for other fields. */
const ELSEWHERE: readonly AttributeKey[] = ['level', 'message'];
const LEVELS: ReadonlySet<unknown> = new Set(['trace', 'debug', 'info', 'warn', 'error', 'fatal']);

const SLOTS = 2048;
/** Finds keys by their length and two of their characters. */
const slotOf = (length: number, middle: number, last: number): number =>
  (length * 61 + middle * 7 + last * 389) & (SLOTS - 1);

/** A key that is looked for. */
interface Wanted {
  readonly key: string;
  readonly kind: 'string' | 'int' | 'double' | 'boolean' | 'strings' | 'refused';
  /** The text that was read last. Texts repeat from line to line. */
  last: string;
  /** Number of the line that had the key last, and its value there. */
  line: number;
  value: Read | undefined;
}

/** A value of a record. */
type Read = string | number | boolean | readonly string[];

function wantedOf(key: string): Wanted {
  const kind = attributeRow(key)?.kind ?? 'string';
  return { key, kind: kind === 'text' || kind === 'json' ? 'string' : kind, last: '', line: 0, value: undefined };
}

/** Index behind the quote that ends a string; 0 if there is none. */
function endOfString(text: string, from: number): number {
  for (let quote = text.indexOf('"', from); quote !== -1; quote = text.indexOf('"', quote + 1)) {
    let before = quote - 1;
    while (before >= from && text.charCodeAt(before) === BACKSLASH) before--;
    if ((quote - before) % 2 === 1) return quote + 1;
  }
  return 0;
}

/** Index behind a list of strings; 0 for anything else. */
function endOfStrings(text: string, from: number): number {
  if (text.charCodeAt(from + 1) === CLOSE_BRACKET) return from + 2;
  for (let at = from + 1; text.charCodeAt(at) === QUOTE;) {
    at = endOfString(text, at + 1);
    const next = text.charCodeAt(at);
    if (next === CLOSE_BRACKET) return at + 1;
    if (at === 0 || next !== COMMA) return 0;
    at++;
  }
  return 0;
}

/** A word of JSON that begins at an index. */
function wordAt(text: string, at: number): 'true' | 'false' | 'null' | undefined {
  if (text.startsWith('true', at)) return 'true';
  if (text.startsWith('false', at)) return 'false';
  return text.startsWith('null', at) ? 'null' : undefined;
}

/** Longest piece of a text that V8 copies. Longer ones keep the whole text in memory. */
const PIECE = 12;

/** A copy of a part of a text. */
function copyOf(text: string, from: number, end: number): string {
  let copy = text.slice(from, Math.min(end, from + PIECE));
  for (let at = from + PIECE; at < end; at += PIECE) copy += text.slice(at, Math.min(end, at + PIECE));
  return copy;
}

/** The text of a string without escapes; `undefined` if it has some, or characters that are no text. */
function plainText(text: string, from: number, end: number): string | undefined {
  let isAscii = true;
  for (let at = from; at < end; at++) {
    const code = text.charCodeAt(at);
    if (code < SPACE || code === BACKSLASH) return undefined;
    if (code > 0x7e) isAscii = false;
  }
  if (isAscii) return copyOf(text, from, end);
  const decoded = Buffer.from(text.slice(from, end), 'latin1').toString('utf8');
  return decoded.includes('\uFFFD') ? undefined : decoded;
}

function stringsOf(text: string, from: number, end: number): readonly string[] | undefined {
  try {
    const bytes = Buffer.from(text.slice(from, end), 'latin1').toString('utf8');
    return bytes.includes('\uFFFD') ? undefined : (JSON.parse(bytes) as readonly string[]);
  } catch {
    return undefined;
  }
}

/** Options of {@link createKeyReader}. */
interface KeyReaderOptions {
  /** Read all open keys, too. @defaultValue false */
  readonly hasOpenKeys?: boolean;
  /** Use one record for all lines, which holds the last one. It has all keys. @defaultValue false */
  readonly isReused?: boolean;
}

/** Creates a reader of keys. */
export function createKeyReader(
  keys: readonly string[],
  { hasOpenKeys = false, isReused = false }: KeyReaderOptions = {},
): KeyReader {
  const all = [...new Set([...ALWAYS, ...keys])].filter((key) => !isOpenKey(key));
  const open = [...new Set(keys.filter(isOpenKey))];
  const wanted: Wanted[] = [
    ...[...all, ...open].map(wantedOf),
    ...OTHER_PROFILES.filter((key) => !all.includes(key)).map((key): Wanted => ({ ...wantedOf(key), kind: 'refused' })),
  ];
  const table: (Wanted[] | undefined)[] = Array.from({ length: SLOTS });
  for (const one of wanted) {
    const { key } = one;
    const slot = slotOf(key.length, key.charCodeAt(key.length >> 1), key.charCodeAt(key.length - 1));
    (table[slot] ??= []).push(one);
  }
  const elsewhere = wanted.filter(({ key }) => (ELSEWHERE as readonly string[]).includes(key));
  /** End of the last value, and the number in it. */
  let valueEnd = 0;
  let number = 0;
  let line = 0;
  const named = wanted.filter(({ kind }) => kind !== 'refused');
  const reused: Record<string, Read | undefined> = Object.fromEntries(named.map(({ key }) => [key, undefined]));
  const schema = wanted.find(({ key }) => key === 'spanline.schema');
  const time = wanted.find(({ key }) => key === '@timestamp');
  const level = wanted.find(({ key }) => key === 'level');

  function find(text: string, from: number, end: number): Wanted | undefined {
    const length = end - from;
    const slot = slotOf(length, text.charCodeAt(from + (length >> 1)), text.charCodeAt(end - 1));
    const candidates = table[slot];
    if (candidates === undefined) return undefined;
    for (const one of candidates) if (one.key.length === length && text.startsWith(one.key, from)) return one;
    return undefined;
  }

  /** Reads a number that is held exactly. @returns whether there was one */
  function readNumber(text: string, from: number): boolean {
    let at = from;
    const isNegative = text.charCodeAt(at) === MINUS;
    if (isNegative) at++;
    const first = at;
    let digits = 0;
    let fraction = 0;
    for (; ; at++) {
      const code = text.charCodeAt(at);
      if (code >= ZERO && code <= NINE) digits = digits * 10 + (code - ZERO);
      else if (code === POINT && fraction === 0 && at > first) fraction = at;
      else break;
    }
    const whole = (fraction === 0 ? at : fraction) - first;
    const length = at - first - (fraction === 0 ? 0 : 1);
    if (whole === 0 || length > MAX_DIGITS || at - 1 === fraction) return false;
    if (whole > 1 && text.charCodeAt(first) === ZERO) return false;
    const value = fraction === 0 ? digits : digits / (POWERS[at - 1 - fraction] ?? 1);
    number = isNegative ? -value : value;
    valueEnd = at;
    return true;
  }

  /** Reads a string without escapes. */
  function readText(text: string, from: number): string | undefined {
    const closed = text.indexOf('"', from);
    valueEnd = closed + 1;
    return closed === -1 ? undefined : plainText(text, from, closed);
  }

  /** Reads a value that somebody asks for. `undefined`: the line has to be parsed whole. */
  function readWanted(text: string, one: Wanted, at: number): Read | undefined {
    const first = text.charCodeAt(at);
    switch (one.kind) {
      case 'string': {
        if (first !== QUOTE) return undefined;
        const { last } = one;
        const end = at + 1 + last.length;
        if (text.charCodeAt(end) === QUOTE && text.startsWith(last, at + 1)) {
          valueEnd = end + 1;
          return last;
        }
        const value = readText(text, at + 1);
        if (value !== undefined) one.last = value;
        return value;
      }
      case 'int':
      case 'double':
        return readNumber(text, at) && (one.kind === 'double' || Number.isInteger(number)) ? number : undefined;
      case 'boolean': {
        const word = wordAt(text, at);
        if (word === undefined || word === 'null') return undefined;
        valueEnd = at + word.length;
        return word === 'true';
      }
      case 'strings': {
        const end = first === OPEN_BRACKET ? endOfStrings(text, at) : 0;
        valueEnd = end;
        return end === 0 ? undefined : stringsOf(text, at, end);
      }
      default:
        return undefined;
    }
  }

  /** Reads an open key's value: a text, a number or a boolean. */
  function readOpen(text: string, at: number): string | number | boolean | undefined {
    const first = text.charCodeAt(at);
    if (first === QUOTE) {
      return readText(text, at + 1);
    }
    const word = wordAt(text, at);
    if (word === undefined) return readNumber(text, at) ? number : undefined;
    valueEnd = at + word.length;
    return word === 'null' ? undefined : word === 'true';
  }

  /** Index behind a value that nobody asks for; 0 if it is no scalar or list of strings. */
  function skip(text: string, at: number): number {
    const first = text.charCodeAt(at);
    if (first === QUOTE) return endOfString(text, at + 1);
    if (first === OPEN_BRACKET) return endOfStrings(text, at);
    if (first === MINUS || (first >= ZERO && first <= NINE)) return readNumber(text, at) ? valueEnd : 0;
    const word = wordAt(text, at);
    return word === undefined ? 0 : at + word.length;
  }

  return {
    read(text, from, end) {
      if (text.charCodeAt(from) !== OPEN_BRACE) return undefined;
      line++;
      const record: Record<string, Read | undefined> = isReused ? reused : {};
      for (let at = from; ;) {
        // At the brace or the comma before a key.
        if (text.charCodeAt(at + 1) !== QUOTE) return undefined;
        const keyEnd = text.indexOf('"', at + 2);
        if (keyEnd === -1 || keyEnd >= end || text.charCodeAt(keyEnd + 1) !== COLON) return undefined;
        const one = find(text, at + 2, keyEnd);
        if (one !== undefined) {
          const value = readWanted(text, one, keyEnd + 2);
          if (value === undefined || one.line === line) return undefined;
          one.line = line;
          one.value = value;
          if (!isReused) record[one.key] = value;
          at = valueEnd;
        } else if (hasOpenKeys && isOpenKey(text.slice(at + 2, keyEnd))) {
          const key = plainText(text, at + 2, keyEnd);
          const value = readOpen(text, keyEnd + 2);
          if (key === undefined || value === undefined || record[key] !== undefined) return undefined;
          record[key] = value;
          at = valueEnd;
        } else {
          at = skip(text, keyEnd + 2);
          if (at === 0) return undefined;
        }
        const next = text.charCodeAt(at);
        if (next === COMMA) continue;
        if (next !== CLOSE_BRACE || at + 1 !== end) return undefined;
        break;
      }
      if (schema?.line !== line || time?.line !== line) return undefined;
      for (const one of elsewhere) if (one.line !== line) return undefined;
      if (level !== undefined && !LEVELS.has(level.value)) return undefined;
      if (isReused) for (const one of named) record[one.key] = one.line === line ? one.value : undefined;
      return record as SpanRecord;
    },
  };
}
