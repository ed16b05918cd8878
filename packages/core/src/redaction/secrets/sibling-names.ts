/**
 * Names that decide only beside another member: the private parts of a JSON Web Key (RFC 7517), whose names are single
 * letters, and a token of text, which has its probability, its count or its place beside it.
 */

import { matchAt, textBefore } from '../lines.ts';
import type { Range } from '../rule.ts';

const PRIVATE_PARTS: ReadonlySet<string> = new Set(['d', 'p', 'q', 'dp', 'dq', 'qi', 'k']);
const PROBABILITY = 'log_?prob(?:ability)?|bytes|token_?id';
/** Facts about a word, in a list of words. */
const FACTS_OF_WORD =
  'counts?|freq(?:uency)?|rank|[tu]?pos|tag|lemma|start|end|offsets?|df|tf|idf|tf_?idf|ner|dep|is_?stop|occurrences';
const FACT = new RegExp(`^(?:${PROBABILITY}|${FACTS_OF_WORD})$`, 'i');
const IS_PROBABILITY = new RegExp(`^(?:${PROBABILITY})$`, 'i');
/** Members that a token of text has behind it, from the quote at its end on. */
const FACT_BEHIND = new RegExp(String.raw`["']\s{0,8},\s{0,8}["'](?<fact>${PROBABILITY}|${FACTS_OF_WORD})["']`, 'iy');
/** Longer words beside a count are tokens of sessions. */
const MAX_WORD = 16;

/** A name that hides a value, and one that does not. */
const [HIDDEN, SHOWN] = ['privateKey', 'text'];

/** True for a key whose meaning depends on the members beside it. */
function mayDepend(key: string): boolean {
  return key.length < 3 ? PRIVATE_PARTS.has(key) : key === 'token';
}

/** The name that a member has by the keys of its object; `undefined` if it has its own. */
export function nameBySiblings(key: string, keys: readonly string[], value: unknown): string | undefined {
  if (!mayDepend(key)) return undefined;
  if (key === 'token') return isPieceOfText(key, keys, value) ? SHOWN : undefined;
  return keys.includes('kty') ? HIDDEN : undefined;
}

/**
 * True for a token of text in a list of such tokens.
 *
 * @param names - names of the members or columns beside it
 */
export function isPieceOfText(key: string, names: readonly string[], value: unknown): boolean {
  if (!/^tokens?$/i.test(key)) return false;
  const isWord = typeof value === 'string' && value.length <= MAX_WORD;
  return names.some((name) => (isWord ? FACT : IS_PROBABILITY).test(name));
}

/** True for a token in a text of JSON that has its probability or another fact behind it. */
export function isPieceInJson(json: string, { start, end }: Range, key: string): boolean {
  if (!/^token$/i.test(key)) return false;
  const { fact } = matchAt(FACT_BEHIND, json, end)?.groups ?? {};
  return fact !== undefined && (end - start <= MAX_WORD || IS_PROBABILITY.test(fact));
}

/** Characters of a key of 4096 bits, with its certificate. */
const MAX_KEY = 8192;
const PRIVATE_MEMBER = /(?<![\w-])["']?(?:d|p|q|dp|dq|qi|k)["']?\s{0,3}:\s{0,3}["'](?<value>[\w+/=-]{8,4096})["']/g;
const TYPE_OF_KEY = /["']kty["']\s{0,3}:/;

/** The members around a place, from `from` on, as far as they are texts. */
function objectAround(text: string, index: number, from = 0): Range {
  const before = textBefore(text, index, Math.min(MAX_KEY, index - from));
  const closing = text.slice(index, index + MAX_KEY).search(/[{}]/);
  return {
    start: index - before.length + before.lastIndexOf('{') + 1,
    end: closing < 0 ? Math.min(text.length, index + MAX_KEY) : index + closing,
  };
}

/** Finds the private parts of keys in a text. Each part of the text is read once. */
export class PrivateParts {
  readonly #text: string;
  #readTo = 0;

  constructor(text: string) {
    this.#text = text;
  }

  /** The private parts in the object around a place. */
  *around(index: number): Generator<Range> {
    if (index < this.#readTo) return;
    const { start, end } = objectAround(this.#text, index, this.#readTo);
    this.#readTo = end;
    for (const { 0: member, index: at, groups } of this.#text.slice(start, end).matchAll(PRIVATE_MEMBER)) {
      const last = start + at + member.length - 1;
      yield { start: last - (groups?.['value'] ?? '').length, end: last };
    }
  }
}

/** The name that a text of JSON has by the members around it; `undefined` if it has its own. */
export function nameByText(json: string, { start, end }: Range, key: string): string | undefined {
  if (!mayDepend(key)) return undefined;
  if (key === 'token') return isPieceInJson(json, { start: start + 1, end: end - 1 }, key) ? SHOWN : undefined;
  const object = objectAround(json, start);
  return TYPE_OF_KEY.test(json.slice(object.start, object.end)) ? HIDDEN : undefined;
}
