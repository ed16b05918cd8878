/** JSON as text: it is read and changed in place, so that what does not change stays digit for digit. */
import {
  dataMember,
  elementName,
  elementNames,
  isNameMember,
  isValueMember,
  matchAt,
  mayBePersonal,
  memberName,
  nameByText,
  namesSecret,
  type Table,
  tableOf,
} from '../redaction/index.ts';
import { embeddedData } from './embedded-data.ts';
import { CLOSING, endOfString, memberAt, OPENING, skipSpace, textOfJson } from './json-members.ts';
import { plainKeyJson } from './object-json.ts';

const QUOTE = 0x22;
const COMMA = 0x2c;
const MINUS = 0x2d;
const ZERO = 0x30;
const NINE = 0x39;
/** JSON inside of a text inside of JSON is read up to here. */
const MAX_NESTING = 3;

/** Makes the text that is written in place of `text`. `name` is the key that it is below, if there is one. */
export type ReplaceText = (text: string, name: string | undefined) => string;

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
  /** Of an object: the key of the next value. */
  before: string | undefined;
  /** Commas so far: of a list, the index of the next value. */
  count: number;
  /** Of an object: the name that is a value in it, `{ "name": "x-api-key", "value": "…" }`. */
  named: string | undefined;
  /** Its value, if the text has lists. */
  readonly data: unknown;
  /** Of a list: the names that its elements have by what is around it. */
  readonly names: ReadonlyMap<number, string> | undefined;
  /** Of a list: the table that it is. */
  readonly table: Table | undefined;
}

/** The value of a text of JSON that has lists, whose elements have names by what is around them. */
function dataOf(json: string): unknown {
  if (!json.includes('[')) return undefined;
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
}

const NUMBER = /-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/y;

/** Walks over the texts and numbers of one JSON text. */
class TextWalk {
  readonly #json: string;
  readonly #replace: ReplaceText;
  readonly #nesting: number;
  readonly #data: unknown;
  readonly #outer: Place[] = [];
  #place: Place;

  /** @param data - what the text is the JSON of, if it has lists */
  constructor(json: string, name: string | undefined, replace: ReplaceText, nesting: number, data: unknown) {
    this.#json = json;
    this.#replace = replace;
    this.#nesting = nesting;
    this.#data = data;
    this.#place = {
      name,
      isList: false,
      before: undefined,
      count: 0,
      named: undefined,
      data: undefined,
      names: undefined,
      table: undefined,
    };
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
      } else if (code === COMMA) this.#place.count++;
      else if (OPENING.has(json.charAt(index))) this.#enter(json.charAt(index) === '[');
      else if (CLOSING.has(json.charAt(index))) this.#place = this.#outer.pop() ?? this.#place;
    }
    return last === 0 ? json : result + json.slice(last);
  }

  #enter(isList: boolean): void {
    const name = this.#nameOfValue();
    const { isList: isInList, before: key, count, data: outer } = this.#place;
    const data = this.#outer.length === 0 ? this.#data : dataMember(outer, isInList ? String(count) : (key ?? ''));
    const list = isList && Array.isArray(data) ? data : undefined;
    const names = list && elementNames(list, outer, this.#place.table);
    const table = list && tableOf(list, outer);
    this.#passed(undefined);
    this.#outer.push(this.#place);
    this.#place = { name, isList, before: undefined, count: 0, named: undefined, data, names, table };
  }

  /**
   * The name that the next value has.
   *
   * @param text - where it begins and ends, if it is a text
   */
  #nameOfValue(text?: { readonly start: number; readonly end: number }): string | undefined {
    const { name, isList, before, count, named, data, names } = this.#place;
    if (!isList) {
      if (before === undefined) return name;
      const beside = text === undefined ? undefined : nameByText(this.#json, text, before);
      if (beside !== undefined) return beside;
      return named !== undefined && isValueMember(before) ? named : memberName(before, name);
    }
    return names?.get(count) ?? (Array.isArray(data) ? elementName(data, count, name) : name);
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
    const name = this.#nameOfValue({ start: end - string.length, end });
    this.#passed(text);
    return this.#value(string, text, name);
  }

  #passed(text: string | undefined): void {
    const place = this.#place;
    if (
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
    const data = this.#nesting < MAX_NESTING ? embeddedData(text) : undefined;
    const safe =
      data === undefined
        ? this.#replace(text, name)
        : new TextWalk(text, name, this.#replace, this.#nesting + 1, data).run();
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
  return new TextWalk(json, name, replace, 0, dataOf(json)).run();
}
