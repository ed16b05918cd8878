/**
 * JSON of log lines, whole. `JSON.parse` rounds a 64-bit integer and a decimal with more than 17 digits; here they
 * become strings with all their digits. Of a key that an object has twice it keeps the last value; here the others stay
 * beside it.
 */

import { isProps } from './props.ts';
import { renameRepeatedKeys } from './repeated-keys.ts';

/** A text without a match has no number that needs a closer look. Strings may match as well, which only costs time. */
const SUSPECT = /(?:^|[:,[\s])-?\d(?:[\d.]{15}|[\d.]*[eE][+-]?\d{3})/;
/** A string, which stays as it is, or a number. */
const STRING_OR_NUMBER = /"(?:[^"\\]|\\.)*"|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g;
const NUMBER = /^-?(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/;
/** A decimal of this many digits comes back from a double as it was written. */
const SAFE_DIGITS = 15;

/** The digits without zeros at either end, and the power of ten of the first one. */
function significant(text: string): string {
  const [, whole = '', fraction = '', exponent = '0'] = NUMBER.exec(text) ?? [];
  const all = whole + fraction;
  let first = 0;
  while (all[first] === '0') first++;
  let end = all.length;
  while (end > first && all[end - 1] === '0') end--;
  return first >= end ? '0' : `${all.slice(first, end)}e${whole.length - first + Number(exponent)}`;
}

function isExact(text: string): boolean {
  if (text.length <= SAFE_DIGITS && !/[eE]/.test(text)) return true;
  return significant(text) === significant(String(Number(text)));
}

const quoteInexact = (token: string): string => (token.startsWith('"') || isExact(token) ? token : `"${token}"`);

function parseNumbers(text: string): unknown {
  if (!SUSPECT.test(text)) return JSON.parse(text);
  // Quotes make some texts JSON that are none, such as `{12345678901234567890:1}`.
  JSON.parse(text);
  return JSON.parse(text.replace(STRING_OR_NUMBER, quoteInexact));
}

/**
 * Parses JSON. A number that a JavaScript number cannot hold becomes a string of its digits. Of a key that an object
 * has more than once, the last value keeps the name, and earlier ones get an underscore before it. Records of Spanline
 * have no such keys.
 *
 * @throws SyntaxError like `JSON.parse`
 */
export function parseExactJson(text: string): unknown {
  const parsed = parseNumbers(text);
  if (isProps(parsed) && typeof parsed['spanline.schema'] === 'string') return parsed;
  const renamed = renameRepeatedKeys(text, parsed);
  return renamed === undefined ? parsed : parseNumbers(renamed);
}
