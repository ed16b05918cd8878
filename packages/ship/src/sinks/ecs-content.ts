/** Content of a line as ECS has it. Texts are in Latin-1: each byte of UTF-8 is a character. */
import { type SpanRecord, toEcs } from '@spanline/record';
import { endOfPlainString, endOfPlainValue } from './plain-json.ts';

const COMMA = 0x2c;
const BRACKET = 0x5b;
const CLOSING_BRACKET = 0x5d;
const BRACE = 0x7b;
/** Content of more bytes may have texts that Elasticsearch does not take in one piece. */
const MAX_COPIED_CONTENT = 28_000;
/** Levels of an object in content that Elasticsearch takes. */
const MAX_LEVELS = 16;
/** The start of an object that ECS wraps once more. */
const WRAPPING = '{"value":';

const BEYOND_ASCII = /[^\0-\x7F]/;
/** The text of bytes of UTF-8 that are given as Latin-1. */
export const fromLatin1 = (text: string): string =>
  BEYOND_ASCII.test(text) ? Buffer.from(text, 'latin1').toString('utf8') : text;
const toLatin1 = (text: string): string => (BEYOND_ASCII.test(text) ? Buffer.from(text).toString('latin1') : text);

/** The end of an object that ECS has as it stands. */
const endOfObject = (json: string, start: number): number =>
  json.charCodeAt(start) === BRACE && !json.startsWith(WRAPPING, start) ? endOfPlainValue(json, start, MAX_LEVELS) : -1;

/** Whether ECS has content as it stands: an object, or a list of objects. */
function isStructured(json: string): boolean {
  if (json.length > MAX_COPIED_CONTENT) return false;
  if (json.charCodeAt(0) !== BRACKET) return endOfObject(json, 0) === json.length;
  let at = 0;
  do {
    at = endOfObject(json, at + 1);
    if (at < 0) return false;
  } while (json.charCodeAt(at) === COMMA);
  return json.charCodeAt(at) === CLOSING_BRACKET && at === json.length - 1;
}

/** The JSON of content in ECS, of the string that a line has. Both are in Latin-1. */
export function structuredJson(key: string, string: string): string {
  if (endOfPlainString(string, 0) === string.length) {
    const json = JSON.parse(string) as string;
    if (isStructured(json)) return json;
  }
  const record: Record<string, unknown> = { [key]: JSON.parse(fromLatin1(string)) };
  const [value] = Object.values(toEcs(record as unknown as SpanRecord));
  return toLatin1(JSON.stringify(value));
}
