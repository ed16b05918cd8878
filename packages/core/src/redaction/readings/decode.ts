import type { Hint } from '../hints.ts';
import { type Reading, rewrite } from './reading.ts';

/** Runs of percent-encoded bytes, and JSON escapes. Surrogates stay escaped, because half of a pair is no character. */
const ESCAPED = /(?:%[0-9A-Fa-f]{2})+|\\(?:[nrtbf"\\/]|u(?![dD][89A-Fa-f])[0-9A-Fa-f]{4})/g;
/** One of them is found in every text with something encoded in it. */
export const ENCODED: readonly Hint[] = [
  { on: '%', then: '[0-9A-Fa-f]{2}' },
  { on: '\\\\', then: '[nrtbf"\\\\/]|u[0-9A-Fa-f]{4}' },
];

const ESCAPES: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t', b: '\b', f: '\f' };

function decodeMatch(encoded: string): string {
  if (encoded.startsWith('%')) {
    try {
      return decodeURIComponent(encoded);
    } catch {
      return encoded;
    }
  }
  const letter = encoded.charAt(1);
  if (letter === 'u') return String.fromCharCode(Number.parseInt(encoded.slice(2), 16));
  return ESCAPES[letter] ?? letter;
}

/** Decodes percent-encoding and JSON escapes once. Returns the same reading when nothing is encoded. */
export function decoded(reading: Reading): Reading {
  return rewrite(reading, ESCAPED, decodeMatch);
}
