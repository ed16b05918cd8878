/** JSON as text: it is read and changed in place, so that what does not change stays digit for digit. */
import {
  isHeaderOfSecret,
  isNameMember,
  isValueMember,
  isSecretName,
  matchAt,
  mayBePersonal,
  memberName,
  namesSecret,
} from '../redaction/index.ts';
import { embeddedData } from './embedded-data.ts';
import { plainKeyJson } from './object-json.ts';

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const MINUS = 0x2d;
const ZERO = 0x30;
const NINE = 0x39;
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

/** A member in the JSON of an object, with the place of the sign behind its value. */
interface PlacedMember extends JsonMember {
  readonly end: number;
}

function memberAt(json: string, index: number): PlacedMember | undefined {
  const keyEnd = json.charCodeAt(index) === QUOTE ? endOfString(json, index) : -1;
  const colon = keyEnd < 0 ? -1 : skipSpace(json, keyEnd);
  if (json.charAt(colon) !== ':') return undefined;
  const start = skipSpace(json, colon + 1);
  const end = endOfValue(json, start);
  if (end < 0 || end === json.length) return undefined;
  return { key: textOfJson(json.slice(index, keyEnd)), json: json.slice(start, end).trimEnd(), end };
}

/** The members of the JSON of an object, repeated keys as well; `undefined` for other texts. */
export function jsonMembers(json: string): JsonMember[] | undefined {
  const members: JsonMember[] = [];
  let index = skipSpace(json, 0);
  if (json.charAt(index) !== '{') return undefined;
  for (;;) {
    index = skipSpace(json, index + 1);
    if (json.charAt(index) === '}' && members.length === 0) return members;
    const member = memberAt(json, index);
    if (member === undefined) return undefined;
    members.push({ key: member.key, json: member.json });
    index = member.end;
    if (json.charAt(index) === '}') return members;
  }
}

/** The name of a secret in the members of an object from `index` on. */
function secretNameFrom(json: string, index: number): string | undefined {
  let member = memberAt(json, index);
  while (member !== undefined) {
    if (isNameMember(member.key) && member.json.startsWith('"')) {
      const name = textOfJson(member.json);
      if (namesSecret(member.key, name)) return name;
    }
    member = json.charAt(member.end) === ',' ? memberAt(json, skipSpace(json, member.end + 1)) : undefined;
  }
  return undefined;
}

/** An object or a list that the walk is in. */
interface Place {
  /** Name that its values have, unless they have their own. */
  readonly name: string | undefined;
  readonly isList: boolean;
  /** Of an object: the key of the next value. Of a list: the text before it. */
  before: string | undefined;
  /** Of a list: values so far. */
  count: number;
  /** Of an object: the name that is a value in it, `{ "name": "x-api-key", "value": "…" }`. */
  named: string | undefined;
}

const NUMBER = /-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/y;

/** Walks over the texts and numbers of one JSON text. */
class TextWalk {
  readonly #json: string;
  readonly #replace: ReplaceText;
  readonly #nesting: number;
  readonly #outer: Place[] = [];
  #place: Place;

  constructor(json: string, name: string | undefined, replace: ReplaceText, nesting: number) {
    this.#json = json;
    this.#replace = replace;
    this.#nesting = nesting;
    this.#place = { name, isList: false, before: undefined, count: 0, named: undefined };
  }

  run(): string {
    const json = this.#json;
    let result = '';
    let last = 0;
    for (let index = 0; index < json.length; index++) {
      const code = json.charCodeAt(index);
      const isNumber = code === MINUS || (code >= ZERO && code <= NINE);
      if (code === QUOTE || isNumber) {
        const end = isNumber ? index + (matchAt(NUMBER, json, index)?.[0].length ?? 1) : endOfString(json, index);
        if (end < 0) break;
        const given = json.slice(index, end);
        const written = isNumber ? this.#number(given) : this.#string(given, end);
        if (written !== given) {
          result += json.slice(last, index) + written;
          last = end;
        }
        index = end - 1;
      } else if (OPENING.has(json.charAt(index))) this.#enter(json.charAt(index) === '[');
      else if (CLOSING.has(json.charAt(index))) this.#place = this.#outer.pop() ?? this.#place;
    }
    return last === 0 ? json : result + json.slice(last);
  }

  #enter(isList: boolean): void {
    const name = this.#nameOfValue();
    this.#passed(undefined);
    this.#outer.push(this.#place);
    this.#place = { name, isList, before: undefined, count: 0, named: undefined };
  }

  /**
   * The name that the next value has.
   *
   * @param end - where it ends, if it is a text
   */
  #nameOfValue(end?: number): string | undefined {
    const { name, isList, before, count, named } = this.#place;
    if (!isList) {
      if (before === undefined) return name;
      return named !== undefined && isValueMember(before) ? named : memberName(before, name);
    }
    // A name before its value in a flat list, and in a list of pairs.
    if (isHeaderOfSecret(before)) return before;
    const isLast = count === 1 && end !== undefined && this.#json.charAt(skipSpace(this.#json, end)) === ']';
    const isPair = isLast && this.#outer.at(-1)?.isList === true;
    return isPair && before !== undefined && isSecretName(before) ? before : name;
  }

  #number(written: string): string {
    const name = this.#nameOfValue();
    this.#passed(undefined);
    if (!mayBePersonal(Number(written), name)) return written;
    const safe = this.#replace(written, name);
    return safe === written ? written : JSON.stringify(safe);
  }

  #string(string: string, end: number): string {
    const isKey = this.#json.charAt(skipSpace(this.#json, end)) === ':';
    const text = textOfJson(string);
    if (isKey) {
      const place = this.#place;
      place.before = text;
      if (isValueMember(text)) place.named ??= secretNameFrom(this.#json, end - string.length);
      return this.#key(string, text);
    }
    const name = this.#nameOfValue(end);
    this.#passed(text);
    return this.#value(string, text, name);
  }

  #passed(text: string | undefined): void {
    const place = this.#place;
    if (place.isList) {
      place.before = text;
      place.count++;
    } else if (
      place.before !== undefined &&
      isNameMember(place.before) &&
      text !== undefined &&
      namesSecret(place.before, text)
    ) {
      place.named = text;
    }
  }

  #key(string: string, text: string): string {
    if (plainKeyJson(text) !== undefined) return string;
    const safe = this.#replace(text, undefined);
    return safe === text ? string : JSON.stringify(safe);
  }

  #value(string: string, text: string, name: string | undefined): string {
    const isJson = this.#nesting < MAX_NESTING && embeddedData(text) !== undefined;
    const safe = isJson ? new TextWalk(text, name, this.#replace, this.#nesting + 1).run() : this.#replace(text, name);
    return safe === text ? string : JSON.stringify(safe);
  }
}

/**
 * Replaces the texts of a JSON text: its keys, its strings, those in strings that are JSON themselves, and numbers that
 * may be personal.
 *
 * @param name - key of the value
 */
export function replaceTexts(json: string, name: string | undefined, replace: ReplaceText): string {
  return new TextWalk(json, name, replace, 0).run();
}
