/**
 * Values that are compared and not shown, as numbers: an id as 53 bits of its hash, a time as milliseconds since the
 * epoch. They are read where they stand, and no text is made of them.
 */

import { BACKSLASH, LAST_ASCII, type LineBytes, nextQuote, QUOTE, SPACE, WORD } from './json-bytes.ts';
import { timeIn } from './times.ts';

const FIRST = 0x9e3779b9 | 0;
const [SPREAD, OTHER_SPREAD] = [0x85ebca6b, 0xc2b2ae35];
const HIGH_BITS = 0x1f_ffff;
const TWO_32 = 2 ** 32;

/** A hash with the next bytes. */
function withWord(hash: number, word: number, spread: number, shift: number): number {
  const mixedIn = Math.imul(hash ^ word, spread);
  return mixedIn ^ (mixedIn >>> shift);
}

/** The end of a hash: each bit depends on all. */
function mixed(hash: number): number {
  const half = Math.imul(hash ^ (hash >>> 16), SPREAD);
  const whole = Math.imul(half ^ (half >>> 13), OTHER_SPREAD);
  return (whole ^ (whole >>> 16)) >>> 0;
}

/** A number for two hashes of bytes. Other bytes have another one, but for one case in 2^53. */
function numberOf(one: number, other: number, length: number): number {
  return (mixed(one ^ length) & HIGH_BITS) * TWO_32 + mixed(other);
}

/** The number of an id. */
export function idNumber(id: string): number {
  const bytes = Buffer.from(id);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  let one = 0;
  let other = FIRST;
  let at = 0;
  for (; at + WORD <= bytes.length; at += WORD) {
    const word = view.getInt32(at, true);
    one = withWord(one, word, SPREAD, 15);
    other = withWord(other, word, OTHER_SPREAD, 13);
  }
  for (; at < bytes.length; at++) {
    const byte = view.getUint8(at);
    one = withWord(one, byte, SPREAD, 15);
    other = withWord(other, byte, OTHER_SPREAD, 13);
  }
  return numberOf(one, other, bytes.length);
}

const [QUOTES, BACKSLASHES, SPACES] = [0x22222222, 0x5c5c5c5c, 0x20202020];
const ONES = 0x01010101;
const TOPS = 0x80808080;

/** Whether four bytes are the same in JSON as in the text: printable ASCII but quotes and backslashes. */
function isPlain(word: number): boolean {
  const noQuote = word ^ QUOTES;
  const noBackslash = word ^ BACKSLASHES;
  // A top bit is set for each byte that is 0, was borrowed from, or has its top bit set.
  return (((noQuote - ONES) | (noBackslash - ONES) | (word - SPACES) | word) & TOPS) === 0;
}

/** Reads an id; not finite if there is none without escapes. It has the number of {@link idNumber}. */
export function readId(line: LineBytes): number {
  const { view, end } = line;
  const from = line.at + 1;
  if (view.getUint8(line.at) !== QUOTE) return Number.NaN;
  let one = 0;
  let other = FIRST;
  let at = from;
  for (; at < end; at += WORD) {
    const word = view.getInt32(at, true);
    if (!isPlain(word)) break;
    one = withWord(one, word, SPREAD, 15);
    other = withWord(other, word, OTHER_SPREAD, 13);
  }
  for (; at < end; at++) {
    const byte = view.getUint8(at);
    if (byte === QUOTE) break;
    if (byte < SPACE || byte > LAST_ASCII || byte === BACKSLASH) return Number.NaN;
    one = withWord(one, byte, SPREAD, 15);
    other = withWord(other, byte, OTHER_SPREAD, 13);
  }
  if (at >= end) return Number.NaN;
  line.at = at + 1;
  return numberOf(one, other, at - from);
}

/** Reads a time in the form of tracers; not finite if there is none. */
export function readTime(line: LineBytes): number {
  const from = line.at + 1;
  if (line.view.getUint8(line.at) !== QUOTE) return Number.NaN;
  const end = nextQuote(line, from);
  line.at = end + 1;
  return timeIn(line.view, from, end);
}
