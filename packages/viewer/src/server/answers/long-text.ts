/** Texts of a span are sent by their start; the page asks for the rest piece by piece. */

import type { LongText, TextAnswer } from '../../contract/index.ts';

/** Characters of a text that are sent with its span. */
const FIRST = 20_000;
/** Characters of one further piece. */
const PIECE = 100_000;

const isHighSurrogate = (code: number): boolean => code >= 0xd8_00 && code <= 0xdb_ff;

/** Cuts between characters, not within one. */
function slice(text: string, from: number, length: number): string {
  const end = Math.min(text.length, from + length);
  return text.slice(from, end < text.length && isHighSurrogate(text.charCodeAt(end - 1)) ? end - 1 : end);
}

/** Takes texts, and gives what is sent of them. */
export interface TextStarts {
  add(text: string): LongText;
}

/** The starts of texts whose rest is sent with their span alone. */
export const startsOf = (first: number): TextStarts => ({
  add: (text) => (text.length <= first ? { text } : { text: slice(text, 0, first), length: text.length }),
});

/** The texts of one span, numbered in the order in which they are added. */
export interface LongTexts extends TextStarts {
  /** A piece that begins at a character. `undefined` if there is no such text. */
  piece(n: number, from: number): TextAnswer | undefined;
}

/** @param first - characters that are sent at once */
export function createLongTexts(first: number = FIRST): LongTexts {
  const texts: string[] = [];
  return {
    add(text) {
      if (text.length <= first) return { text };
      const n = texts.push(text) - 1;
      return { text: slice(text, 0, first), length: text.length, n };
    },
    piece(n, from) {
      const text = texts[n];
      if (text === undefined || from < 0 || from > text.length) return undefined;
      return { text: slice(text, from, PIECE), from, length: text.length };
    },
  };
}
