/** JSON as text: it is read and changed in place, so that what does not change stays digit for digit. */
import { embeddedData } from './embedded-data.ts';
import { plainKeyJson } from './object-json.ts';

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const OPENING = new Set(['{', '[']);
const CLOSING = new Set(['}', ']']);
/** JSON inside of a text inside of JSON is read up to here. */
const MAX_NESTING = 3;

/** A member of a JSON object. Both are JSON. */
export interface JsonMember {
  readonly key: string;
  readonly json: string;
}

/** Makes the text that is written in place of `text`. `name` is the key that it is below, if there is one. */
export type ReplaceText = (text: string, name: string | undefined) => string;

/** The position behind the string that begins at `start`; -1 if it does not end. */
function endOfString(json: string, start: number): number {
  for (let end = json.indexOf('"', start + 1); end >= 0; end = json.indexOf('"', end + 1)) {
    let backslashes = 0;
    while (json.charCodeAt(end - 1 - backslashes) === BACKSLASH) backslashes++;
    if (backslashes % 2 === 0) return end + 1;
  }
  return -1;
}

function skipSpace(json: string, start: number): number {
  let index = start;
  while (json.charCodeAt(index) <= 0x20) index++;
  return index;
}

/** The text of a string's JSON. */
export function textOfJson(string: string): string {
  return string.includes('\\') ? (JSON.parse(string) as string) : string.slice(1, -1);
}

/** The position behind a value; -1 if it does not end. */
function endOfValue(json: string, start: number): number {
  let depth = 0;
  for (let index = start; index < json.length; index++) {
    const character = json.charAt(index);
    if (character === '"') {
      index = endOfString(json, index) - 1;
      if (index < 0) return -1;
    } else if (OPENING.has(character)) depth++;
    else if (depth === 0 && (character === ',' || CLOSING.has(character))) return index;
    else if (CLOSING.has(character)) depth--;
  }
  return depth === 0 ? json.length : -1;
}

/** The members of the JSON of an object, repeated keys as well; `undefined` for other texts. */
export function jsonMembers(json: string): JsonMember[] | undefined {
  const members: JsonMember[] = [];
  let index = skipSpace(json, 0);
  if (json.charAt(index) !== '{') return undefined;
  for (;;) {
    index = skipSpace(json, index + 1);
    if (json.charAt(index) === '}' && members.length === 0) return members;
    const keyEnd = json.charCodeAt(index) === QUOTE ? endOfString(json, index) : -1;
    const colon = keyEnd < 0 ? -1 : skipSpace(json, keyEnd);
    if (json.charAt(colon) !== ':') return undefined;
    const start = skipSpace(json, colon + 1);
    const end = endOfValue(json, start);
    if (end < 0 || end === json.length) return undefined;
    members.push({ key: textOfJson(json.slice(index, keyEnd)), json: json.slice(start, end).trimEnd() });
    index = end;
    if (json.charAt(index) === '}') return members;
  }
}

/** Walks over the strings of one JSON text. */
class TextWalk {
  readonly #json: string;
  readonly #replace: ReplaceText;
  readonly #nesting: number;

  constructor(json: string, replace: ReplaceText, nesting: number) {
    this.#json = json;
    this.#replace = replace;
    this.#nesting = nesting;
  }

  run(name: string | undefined): string {
    const json = this.#json;
    const outer: (string | undefined)[] = [];
    let current = name;
    let result = '';
    let last = 0;
    for (let index = 0; index < json.length; index++) {
      const code = json.charCodeAt(index);
      if (code === QUOTE) {
        const end = endOfString(json, index);
        if (end < 0) break;
        const string = json.slice(index, end);
        const isKey = json.charAt(skipSpace(json, end)) === ':';
        if (isKey) current = textOfJson(string);
        const written = isKey ? this.#key(string, current ?? '') : this.#value(string, current);
        if (written !== string) {
          result += json.slice(last, index) + written;
          last = end;
        }
        index = end - 1;
      } else if (OPENING.has(json.charAt(index))) outer.push(current);
      else if (CLOSING.has(json.charAt(index))) current = outer.pop();
    }
    return last === 0 ? json : result + json.slice(last);
  }

  #key(string: string, text: string): string {
    if (plainKeyJson(text) !== undefined) return string;
    const safe = this.#replace(text, undefined);
    return safe === text ? string : JSON.stringify(safe);
  }

  #value(string: string, name: string | undefined): string {
    const text = textOfJson(string);
    const isJson = this.#nesting < MAX_NESTING && embeddedData(text) !== undefined;
    const safe = isJson ? new TextWalk(text, this.#replace, this.#nesting + 1).run(name) : this.#replace(text, name);
    return safe === text ? string : JSON.stringify(safe);
  }
}

/**
 * Replaces the texts of a JSON text: its keys, its strings, and those in strings that are JSON themselves.
 *
 * @param name - key of the value
 */
export function replaceTexts(json: string, name: string | undefined, replace: ReplaceText): string {
  return new TextWalk(json, replace, 0).run(name);
}
