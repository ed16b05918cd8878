/**
 * Finds the keys of a line. Lines of a log have the same keys in much the same order: each key knows which ones came
 * behind it, and they are compared first.
 */

import { type LineBytes, readText, WORD } from './json-bytes.ts';

/** A key that a line had, with what its reader knows about it. */
interface KnownKey<Role> {
  readonly key: string;
  readonly role: Role;
  /** Bytes of the key, its quotes and the colon. */
  readonly size: number;
  /** These bytes, in words, and the last word of them. */
  readonly words: Int32Array;
  readonly lastWord: number;
  /** Keys that came behind it: the latest, and the one before. */
  next: KnownKey<Role> | undefined;
  other: KnownKey<Role> | undefined;
}

/** Finds keys. */
export interface KeyFinder<Role> {
  /** Stands for the start of a line. */
  readonly start: KnownKey<Role>;
  /**
   * Finds the key at `at`, and moves behind its colon.
   *
   * @param before - the key before it
   * @returns `undefined` if there is none, or one with escapes
   */
  find(line: LineBytes, before: KnownKey<Role>): KnownKey<Role> | undefined;
}

const COLON = 0x3a;
/** Keys that are known at once. Any others are looked at again each time. */
const MAX_KNOWN = 1024;
const MAX_BYTES = 256;

/** A long key has no words: it is looked at again each time. */
function knownKey<Role>(key: string, role: Role): KnownKey<Role> {
  const size = Buffer.byteLength(key) + '"":'.length;
  const bytes = Buffer.from(size > MAX_BYTES ? '' : `"${key}":`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const count = Math.floor(bytes.length / WORD);
  const words = Int32Array.from({ length: count }, (_, index) => view.getInt32(index * WORD, true));
  // A key of no characters has no whole word.
  const lastWord = count === 0 ? 0 : view.getInt32(bytes.length - WORD, true);
  return { key, role, size, words, lastWord, next: undefined, other: undefined };
}

/** Whether the line has a key at `at`. */
function stands<Role>({ view, at, end }: LineBytes, { words, size, lastWord }: KnownKey<Role>): boolean {
  if (at + size > end || words.length === 0) return false;
  for (let index = 0; index < words.length; index++)
    if (view.getInt32(at + index * WORD, true) !== words[index]) return false;
  return view.getInt32(at + size - WORD, true) === lastWord;
}

/** @param roleOf - what the reader knows about a key; asked once, unless there are very many */
export function createKeyFinder<Role>(roleOf: (key: string) => Role): KeyFinder<Role> {
  const known = new Map<string, KnownKey<Role>>();

  function learn(line: LineBytes): KnownKey<Role> | undefined {
    const from = line.at;
    const key = readText(line, []);
    if (key === undefined || line.view.getUint8(line.at) !== COLON) return undefined;
    line.at = from;
    const found = known.get(key) ?? knownKey(key, roleOf(key));
    if (known.size < MAX_KNOWN && found.size <= MAX_BYTES) known.set(key, found);
    return found;
  }

  return {
    start: knownKey('', roleOf('')),
    find(line, before) {
      let found = before.next;
      if (found === undefined || !stands(line, found)) {
        found = before.other;
        if (found === undefined || !stands(line, found)) found = learn(line);
        if (found === undefined) return undefined;
        if (found.size <= MAX_BYTES) {
          before.other = before.next;
          before.next = found;
        }
      }
      line.at += found.size;
      return found;
    },
  };
}
