import type { Hint } from '../hints.ts';
import { type Reading, rewrite } from './reading.ts';

const ENTITIES: Readonly<Record<string, string>> = {
  nbsp: ' ',
  amp: '&',
  lt: '<',
  gt: '>',
  quot: '"',
  apos: "'",
  commat: '@',
  period: '.',
  colon: ':',
  num: '#',
  lowbar: '_',
  sol: '/',
  equals: '=',
  plus: '+',
};

const NAMES = Object.keys(ENTITIES).join('|');

/**
 * Runs of percent-encoded bytes, escapes of JSON and JavaScript, and entities of HTML. Surrogates stay escaped, because
 * half of a pair is no character.
 */
const ESCAPED = new RegExp(
  `(?:%[0-9A-Fa-f]{2})+|\\\\(?:[nrtbf"\\\\/]|x[0-9A-Fa-f]{2}|u(?![dD][89A-Fa-f])[0-9A-Fa-f]{4})|&(?:${NAMES}|#\\d{1,6}|#[xX][0-9A-Fa-f]{1,5});`,
  'g',
);
/** One of them is found in every text with something encoded in it. */
export const ENCODED: readonly Hint[] = [
  { on: '%', then: '[0-9A-Fa-f]{2}' },
  { on: '\\\\', then: '[nrtbf"\\\\/]|x[0-9A-Fa-f]{2}|u[0-9A-Fa-f]{4}' },
  { on: '&', then: `(?:${NAMES}|#[xX]?[0-9A-Fa-f]{1,6});` },
];

const ESCAPES: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t', b: '\b', f: '\f' };

function decodeEntity(name: string): string {
  if (!name.startsWith('#')) return ENTITIES[name] ?? name;
  const code = /^#x/i.test(name) ? Number.parseInt(name.slice(2), 16) : Number(name.slice(1));
  return String.fromCodePoint(code);
}

function decodeMatch(encoded: string): string {
  if (encoded.startsWith('%')) {
    try {
      return decodeURIComponent(encoded);
    } catch {
      // Bytes of an encoding other than UTF-8.
      return encoded.replaceAll(/%../g, (byte) => String.fromCharCode(Number.parseInt(byte.slice(1), 16)));
    }
  }
  if (encoded.startsWith('&')) return decodeEntity(encoded.slice(1, -1));
  const letter = encoded.charAt(1);
  if (letter === 'u' || letter === 'x') return String.fromCharCode(Number.parseInt(encoded.slice(2), 16));
  return ESCAPES[letter] ?? letter;
}

/** Decodes percent-encoding and JSON escapes once. Returns the same reading when nothing is encoded. */
export function decoded(reading: Reading): Reading {
  return rewrite(reading, ESCAPED, decodeMatch);
}
