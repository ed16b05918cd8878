/**
 * JSON that needs no parser to be copied: `JSON.stringify` would write its value with the same characters. Positions
 * are of the character behind a value; -1 stands for every other text, valid or not.
 */

const QUOTE = 0x22;
const PLUS = 0x2b;
const COMMA = 0x2c;
const MINUS = 0x2d;
const POINT = 0x2e;
const ZERO = 0x30;
const NINE = 0x39;
const COLON = 0x3a;
const UPPER_E = 0x45;
const BRACKET = 0x5b;
const BACKSLASH = 0x5c;
const CLOSING_BRACKET = 0x5d;
const LOWER_A = 0x61;
const LOWER_E = 0x65;
const BRACE = 0x7b;
const FIRST_PRINTABLE = 0x20;
/** A number of at most so many digits, and nothing else, is exact. */
const SAFE_DIGITS = 15;
/** Keys of an object are compared with each other. */
const MAX_KEYS = 32;

/** The escapes of one character that `JSON.stringify` writes: `\" \\ \b \f \n \r \t`. */
function isShortEscape(code: number): boolean {
  switch (code) {
    case QUOTE:
    case BACKSLASH:
    case 0x62:
    case 0x66:
    case 0x6e:
    case 0x72:
    case 0x74:
      return true;
    default:
      return false;
  }
}

/** The end of a string that begins at `start`. */
export function endOfPlainString(json: string, start: number): number {
  if (json.charCodeAt(start) !== QUOTE) return -1;
  for (let at = start + 1; at < json.length; at++) {
    const code = json.charCodeAt(at);
    if (code === QUOTE) return at + 1;
    if (code < FIRST_PRINTABLE) return -1;
    if (code === BACKSLASH && !isShortEscape(json.charCodeAt(++at))) return -1;
  }
  return -1;
}

/** The end of a string with any escapes, even wrong ones: for a string that is parsed then. */
export function endOfString(json: string, start: number): number {
  if (json.charCodeAt(start) !== QUOTE) return -1;
  for (let at = start + 1; at < json.length; at++) {
    const code = json.charCodeAt(at);
    if (code === QUOTE) return at + 1;
    if (code === BACKSLASH) at++;
  }
  return -1;
}

/** The end of a number that a JavaScript number holds exactly. */
export function endOfPlainNumber(json: string, start: number): number {
  let end = start;
  let isDigits = true;
  for (; ; end++) {
    const code = json.charCodeAt(end);
    if (code >= ZERO && code <= NINE) continue;
    if (code !== MINUS && code !== POINT && code !== PLUS && code !== LOWER_E && code !== UPPER_E) break;
    isDigits = false;
  }
  const length = end - start;
  if (isDigits && length <= SAFE_DIGITS && (json.charCodeAt(start) !== ZERO || length === 1)) {
    return length === 0 ? -1 : end;
  }
  const written = json.slice(start, end);
  return String(Number(written)) === written ? end : -1;
}

/** The end of `true`, `false` or `null`. */
export function endOfWord(json: string, start: number): number {
  for (const word of ['true', 'false', 'null']) if (json.startsWith(word, start)) return start + word.length;
  return -1;
}

/** The end of a string, number, `true`, `false` or `null`. */
export function endOfPlainScalar(json: string, start: number): number {
  const code = json.charCodeAt(start);
  if (code === QUOTE) return endOfPlainString(json, start);
  return code >= LOWER_A ? endOfWord(json, start) : endOfPlainNumber(json, start);
}

/** True for a key that JavaScript keeps where it stands: `7` moves to the front, `__proto__` may be no key at all. */
export function isPlainKey(key: string): boolean {
  const first = key.charCodeAt(0);
  return !(first >= ZERO && first <= NINE) && key !== '__proto__' && !key.includes('\\');
}

/** The end of a value of at most `levels` levels. An object has each key once. */
export function endOfPlainValue(json: string, start: number, levels: number): number {
  const code = json.charCodeAt(start);
  if (code !== BRACE && code !== BRACKET) return endOfPlainScalar(json, start);
  if (levels === 0) return -1;
  const closing = code + 2;
  const keys: string[] = [];
  let at = start + 1;
  if (json.charCodeAt(at) === closing) return at + 1;
  for (; ; at++) {
    if (code === BRACE) {
      const from = at;
      at = endOfPlainString(json, at);
      if (at < 0 || json.charCodeAt(at) !== COLON) return -1;
      const key = json.slice(from + 1, at - 1);
      if (!isPlainKey(key) || keys.length === MAX_KEYS || keys.includes(key)) return -1;
      keys.push(key);
      at++;
    }
    at = endOfPlainValue(json, at, levels - 1);
    const next = at < 0 ? -1 : json.charCodeAt(at);
    if (next === closing) return at + 1;
    if (next !== COMMA) return -1;
  }
}

/** The end of a list of strings that begins at `start`. */
export function endOfPlainStrings(json: string, start: number): number {
  if (json.charCodeAt(start) !== BRACKET) return -1;
  if (json.charCodeAt(start + 1) === CLOSING_BRACKET) return start + 2;
  for (let at = start + 1; ; at++) {
    at = endOfPlainString(json, at);
    const code = at < 0 ? -1 : json.charCodeAt(at);
    if (code === CLOSING_BRACKET) return at + 1;
    if (code !== COMMA) return -1;
  }
}
