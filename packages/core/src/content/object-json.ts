import { memoize } from '@spanline/record';
import { appendNode, type Json, type JsonNode, type Piece } from './json.ts';

/** Keys that cannot contain anything personal. */
const PLAIN_KEY = /^[A-Za-z_]{1,24}$/;
const MAX_KEYS = 2000;

/** `"key":` for a key that needs no redaction; `undefined` for every other key. */
export const plainKeyJson: (key: string) => string | undefined = memoize(MAX_KEYS, (key) =>
  PLAIN_KEY.test(key) ? `"${key}":` : undefined,
);

/** Builds the JSON of an object, member by member. */
export class ObjectJson {
  /** JSON since the last message. */
  #text = '{';
  #pieces: Piece[] | undefined;

  /** @param key - the key as JSON, with its colon */
  add(key: string, node: JsonNode): void {
    const text = this.#text === '{' ? `{${key}` : `${this.#text},${key}`;
    this.#text = typeof node === 'string' ? text + node : appendNode((this.#pieces ??= []), text, node);
  }

  finish(): Json {
    const text = `${this.#text}}`;
    return this.#pieces === undefined ? text : [...this.#pieces, text];
  }
}
