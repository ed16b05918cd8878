import { lazy } from '@spanline/record';
import { type Hint, patternOf } from '../hints.ts';
import { type Reading, rewrite } from './reading.ts';

/** Spaces of other widths, and those that do not break. */
const SPACES = '\\u00a0\\u1680\\u2000-\\u200a\\u202f\\u205f\\u3000';
/** Soft hyphens, joiners, marks of direction, byte-order marks, and selectors of glyphs. None of them is visible. */
const INVISIBLE =
  '\\u00ad\\u034f\\u061c\\u115f\\u1160\\u17b4\\u17b5\\u180b-\\u180e\\u200b-\\u200f\\u202a-\\u202e\\u2060-\\u206f\\ufeff';
/** Marks that follow their letter: `e` and an acute accent. */
const MARKS = '\\u0300-\\u036f\\u1ab0-\\u1aff\\u1dc0-\\u1dff\\u20d0-\\u20e2\\ufe20-\\ufe2f';
/** Full-width and half-width forms, letters and digits in circles, super- and subscripts, letter-like symbols. */
const COMPATIBLE =
  '\\u00aa\\u00b2\\u00b3\\u00b9\\u00ba\\u2070-\\u209c\\u2102-\\u2138\\u2460-\\u24ff\\ufb00-\\ufb06\\ufe50-\\ufe6f\\uff00-\\uffef';
/** Digits of other scripts: Arabic, Persian, Devanagari, Bengali, Thai and others. */
const DIGITS =
  '\\u0660-\\u0669\\u06f0-\\u06f9\\u0966-\\u096f\\u09e6-\\u09ef\\u0a66-\\u0a6f\\u0ae6-\\u0aef\\u0b66-\\u0b6f\\u0be6-\\u0bef\\u0c66-\\u0c6f\\u0ce6-\\u0cef\\u0d66-\\u0d6f\\u0e50-\\u0e59\\u1040-\\u1049\\u17e0-\\u17e9';
const DASHES = '\\u2010-\\u2015\\u2212';
const SELECTORS = '\\ufe00-\\ufe0f\\u20e3';
/** Halves of letters and digits of mathematics and in circles, and of invisible tags. */
const HALVES = '\\ud835\\ud83c\\udb40';

/** One of them is found in every text that {@link normalised} changes. */
export const UNUSUAL: readonly Hint[] = [
  { on: SPACES + INVISIBLE + MARKS + COMPATIBLE + DIGITS, then: '' },
  // Dashes and selectors count where they stand inside of a word or number.
  { on: DASHES, then: '(?<=\\w[^])(?=\\w)' },
  { on: SELECTORS, then: '(?=\\w)|(?<=\\w[^]{1,2})' },
  { on: HALVES, then: '(?<=\\ud835)[\\udc00-\\udfff]|(?<=\\ud83c)[\\udd00-\\udd8f]|(?<=\\udb40)[\\udc00-\\udfef]' },
];

const CHARACTERS = lazy(() => new RegExp(`[^${MARKS}\\ud800-\\udfff]?[${MARKS}]+|${patternOf(UNUSUAL).source}`, 'g'));
const SPACE = new RegExp(`[${SPACES}]`);
const NOTHING = lazy(() => new RegExp(`^(?:[${INVISIBLE}${SELECTORS}]|\\udb40[^])$`));
const DASH = new RegExp(`[${DASHES}]`);
const MARK = new RegExp(`[${MARKS}]`, 'g');
const DECIMAL = lazy(() => new RegExp(String.raw`^\p{Nd}$`, 'u'));
const TENS = lazy(() => new RegExp(String.raw`\p{Nd}`, 'u'));

/**
 * The value of a digit of any script: its distance from the zero of the script, of which the digits are ten in a row.
 */
function digitValue(digit: string): number {
  let code = digit.codePointAt(0) ?? 0;
  let value = 0;
  while (value < 9 && TENS().test(String.fromCodePoint(code - 1))) {
    code--;
    value++;
  }
  return value;
}

function plain(match: string): string {
  if (NOTHING().test(match)) return '';
  if (SPACE.test(match)) return ' ';
  if (DASH.test(match)) return '-';
  const normal = match.normalize('NFKC');
  if (normal !== match) return normal.replaceAll(MARK, '');
  return DECIMAL().test(match) ? String(digitValue(match)) : match.replaceAll(MARK, '');
}

/**
 * Reads characters as those that they look like (Unicode NFKC and the digits of other scripts), without what is
 * invisible. Returns the same reading if there are none of them.
 */
export function normalised(reading: Reading): Reading {
  return rewrite(reading, CHARACTERS(), plain);
}

/** Reads letters without the marks that follow them. Returns the same reading if there are none of them. */
export function withoutMarks(reading: Reading): Reading {
  return rewrite(reading, MARK, () => '');
}
