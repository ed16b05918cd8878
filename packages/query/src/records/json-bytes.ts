/**
 * Values of JSON in the bytes of a line. Each function reads the value at `at` and moves `at` behind it. A value that
 * it cannot read exactly (escapes, exponents, bytes that are no text) has to be parsed in another way.
 */

/** A line in a chunk of bytes. Behind its line feed stand at least three more bytes of the chunk. */
export interface LineBytes {
  bytes: Buffer;
  view: DataView;
  at: number;
  /** Index of the line feed. */
  end: number;
}

export const QUOTE = 0x22;
export const BACKSLASH = 0x5c;
export const COMMA = 0x2c;
const CLOSE_BRACKET = 0x5d;
const MINUS = 0x2d;
const POINT = 0x2e;
const ZERO = 0x30;
const NINE = 0x39;
export const SPACE = 0x20;
export const LAST_ASCII = 0x7e;
/** Bytes that are read at once. */
export const WORD = 4;
const QUOTES = 0x22222222;
const ONES = 0x01010101;
const HIGH_BITS = 0x80808080 | 0;
/** Digits that a number holds exactly. */
const MAX_DIGITS = 15;
const POWERS = Array.from({ length: MAX_DIGITS + 1 }, (_, exponent) => 10 ** exponent);

/** Whether one of the four bytes of a word may be a quote. */
const hasQuote = (word: number): boolean => {
  const other = word ^ QUOTES;
  return ((other - ONES) & ~other & HIGH_BITS) !== 0;
};

/** Index of the next quote; the end of the line if there is none. */
export function nextQuote({ view, end }: LineBytes, from: number): number {
  let at = from;
  while (at < end && !hasQuote(view.getInt32(at, true))) at += WORD;
  while (at < end && view.getUint8(at) !== QUOTE) at++;
  return at < end ? at : end;
}

/** Whether the quote at an index ends a string: an even number of backslashes stands before it. */
function isEnd(view: DataView, quote: number): boolean {
  let before = quote - 1;
  while (view.getUint8(before) === BACKSLASH) before--;
  return (quote - before) % 2 === 1;
}

/** Skips a string, whatever is in it. @returns whether it ends in the line */
export function skipString(line: LineBytes): boolean {
  const { view, end } = line;
  let at = line.at + 1;
  while (at < end) {
    if (!hasQuote(view.getInt32(at, true))) {
      at += WORD;
      continue;
    }
    while (view.getUint8(at) !== QUOTE) at++;
    if (at >= end) return false;
    at++;
    if (!isEnd(view, at - 1)) continue;
    line.at = at;
    return true;
  }
  return false;
}

/** Skips a list of strings. @returns whether it is one */
export function skipStrings(line: LineBytes): boolean {
  const { view, end } = line;
  line.at++;
  if (view.getUint8(line.at) === CLOSE_BRACKET) {
    line.at++;
    return true;
  }
  while (line.at < end && view.getUint8(line.at) === QUOTE && skipString(line)) {
    const next = view.getUint8(line.at++);
    if (next === CLOSE_BRACKET) return true;
    if (next !== COMMA) return false;
  }
  return false;
}

/** Reads a number that is held exactly; not finite if there is none. */
export function readNumber(line: LineBytes): number {
  const { view } = line;
  let { at } = line;
  const isNegative = view.getUint8(at) === MINUS;
  if (isNegative) at++;
  const first = at;
  let digits = 0;
  let fraction = 0;
  for (; ; at++) {
    const code = view.getUint8(at);
    if (code >= ZERO && code <= NINE) digits = digits * 10 + (code - ZERO);
    else if (code === POINT && fraction === 0 && at > first) fraction = at;
    else break;
  }
  const whole = (fraction === 0 ? at : fraction) - first;
  const length = at - first - (fraction === 0 ? 0 : 1);
  if (whole === 0 || length > MAX_DIGITS || at - 1 === fraction) return Number.NaN;
  if (whole > 1 && view.getUint8(first) === ZERO) return Number.NaN;
  line.at = at;
  const value = fraction === 0 ? digits : digits / (POWERS[at - 1 - fraction] ?? 1);
  return isNegative ? -value : value;
}

/** Whether the line has a text of ASCII at an index. */
function stands(text: string, { view }: LineBytes, from: number): boolean {
  for (let at = 0; at < text.length; at++) if (text.charCodeAt(at) !== view.getUint8(from + at)) return false;
  return true;
}

const WORDS = ['true', 'false', 'null'] as const;

/** Reads a word of JSON. */
export function readWord(line: LineBytes): (typeof WORDS)[number] | undefined {
  const found = WORDS.find((word) => stands(word, line, line.at));
  line.at += found?.length ?? 0;
  return found;
}

/** Texts that were read: those of a key repeat from line to line. */
export type Texts = (string | undefined)[];
const TEXTS = 64;
/** Longer ones are not kept. */
const MAX_KEPT = 256;

/** Reads a string without escapes. */
export function readText(line: LineBytes, texts: Texts): string | undefined {
  const { view, bytes, end } = line;
  const from = line.at + 1;
  if (view.getUint8(line.at) !== QUOTE) return undefined;
  let isAscii = true;
  let hash = 0;
  let at = from;
  for (; at < end; at++) {
    const code = view.getUint8(at);
    if (code === QUOTE) break;
    if (code < SPACE || code === BACKSLASH) return undefined;
    if (code > LAST_ASCII) isAscii = false;
    hash = (Math.imul(hash, 31) + code) | 0;
  }
  if (at >= end) return undefined;
  line.at = at + 1;
  if (!isAscii) {
    const decoded = bytes.toString('utf8', from, at);
    return decoded.includes('\uFFFD') ? undefined : decoded;
  }
  const slot = hash & (TEXTS - 1);
  const known = texts[slot];
  if (known !== undefined && known.length === at - from && stands(known, line, from)) return known;
  const text = bytes.toString('latin1', from, at);
  if (text.length <= MAX_KEPT) texts[slot] = text;
  return text;
}

/** Reads a list of strings. */
export function readStrings(line: LineBytes): readonly string[] | undefined {
  const from = line.at;
  if (!skipStrings(line)) return undefined;
  try {
    const text = line.bytes.toString('utf8', from, line.at);
    return text.includes('\uFFFD') ? undefined : (JSON.parse(text) as readonly string[]);
  } catch {
    return undefined;
  }
}
