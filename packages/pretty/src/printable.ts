import { stripVTControlCharacters } from 'node:util';

/**
 * Characters that could move the cursor, hide or reorder text, or that have no agreed width: controls, lone surrogates,
 * private use, unassigned, line separators, and format characters (bidi overrides, tags, zero width). The two joiners
 * that scripts and emoji need are allowed.
 */
const UNPRINTABLE = /[\p{Cc}\p{Cs}\p{Co}\p{Cn}\p{Zl}\p{Zp}]|(?![\u{200c}\u{200d}])\p{Cf}/gu;
const BLANK = /[\t\n\r\u2028\u2029]+/g;
const ASCII = /^[\x20-\x7e]*$/;
/**
 * Texts of characters that take one column each, whatever follows: Latin, Greek, Cyrillic, punctuation, arrows, lines
 * and the signs of a tree. The segmenter of others is slow.
 */
const NARROW =
  /^[\x20-\x7e\xa1-\xac\xae-\u02ff\u0391-\u03a1\u03a3-\u03ff\u0400-\u0482\u2010-\u2027\u2190-\u21ff\u2265\u2500-\u259f\u25c0\u2713\u2717]*$/;
const ZERO_WIDTH = /^[\p{Mn}\p{Me}\p{Cf}\u{1160}-\u{11ff}]$/u;
const WIDE_EMOJI =
  /^(?:\p{Emoji_Presentation}|\p{Extended_Pictographic}\ufe0f|\p{Regional_Indicator}{2}|[0-9#*]\ufe0f?\u20e3)/u;
/** East Asian Wide and Fullwidth (Unicode UAX #11), in blocks. */
const WIDE: readonly (readonly [number, number])[] = [
  [0x1100, 0x115f],
  [0x2e80, 0x303e],
  [0x3041, 0xa4cf],
  [0xa960, 0xa97f],
  [0xac00, 0xd7a3],
  [0xf900, 0xfaff],
  [0xfe30, 0xfe6f],
  [0xff00, 0xff60],
  [0xffe0, 0xffe6],
  [0x17000, 0x18cff],
  [0x1b000, 0x1b2ff],
  [0x20000, 0x3fffd],
];

const segmenter = new Intl.Segmenter('en', { granularity: 'grapheme' });

/** Copies the start of a text. A slice would keep the whole string in memory. */
function copyStart(value: string, length: number): string {
  return Buffer.from(value.slice(0, length)).toString();
}

/**
 * Makes a text safe to print: removes escape sequences and unprintable characters, and replaces line breaks and tabs by
 * one blank. Reads at most `limit` UTF-16 units. Returns an empty text for anything but a string.
 */
export function printable(value: unknown, limit: number): string {
  if (typeof value !== 'string') return '';
  const text = value.length > limit ? copyStart(value, limit) : value;
  if (ASCII.test(text)) return text;
  return stripVTControlCharacters(text).replace(BLANK, ' ').replace(UNPRINTABLE, '');
}

function codePointWidth(character: string): number {
  if (ZERO_WIDTH.test(character)) return 0;
  const code = character.codePointAt(0) ?? 0;
  return WIDE.some(([from, to]) => code >= from && code <= to) ? 2 : 1;
}

function graphemeWidth(grapheme: string): number {
  if (WIDE_EMOJI.test(grapheme)) return 2;
  let width = 0;
  for (const character of grapheme) width += codePointWidth(character);
  return width;
}

/** Columns that a printable text takes on a terminal. */
export function displayWidth(text: string): number {
  if (NARROW.test(text)) return text.length;
  let width = 0;
  for (const { segment } of segmenter.segment(text)) width += graphemeWidth(segment);
  return width;
}

/**
 * Fits a printable text into `width` columns, with `ellipsis` at its end if it was longer. Never splits a character.
 */
export function fitWidth(text: string, width: number, ellipsis: string): string {
  if (displayWidth(text) <= width) return text;
  const room = width - ellipsis.length;
  if (room < 0) return '';
  let used = 0;
  let kept = '';
  for (const { segment } of segmenter.segment(text)) {
    used += graphemeWidth(segment);
    if (used > room) break;
    kept += segment;
  }
  return kept.trimEnd() + ellipsis;
}

/** Blanks that pad a text to `width` columns. */
export function padding(text: string, width: number): string {
  return ' '.repeat(Math.max(0, width - displayWidth(text)));
}
