/** JSON of texts, as bytes. */

/** A UTF-16 code unit takes at most this many bytes, unless its JSON is `\u001f`. */
export const MAX_UNIT = 3;

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const SURROGATES = 0xd800;
const LAST_SURROGATE = 0xdfff;
/** In {@link ESCAPE}. */
const NOT_HERE = 255;

/**
 * By UTF-16 code unit: zero for one that is one byte of JSON, the sign after the backslash for one that is two, and
 * {@link NOT_HERE} for the others.
 */
const ESCAPE = new Uint8Array(0x1_0000).fill(NOT_HERE);
/** The same by byte of UTF-8, in which those of longer characters are themselves. */
const ESCAPE_BYTE = new Uint8Array(0x1_00);
for (let unit = 0; unit < 0x80; unit++) {
  const json = JSON.stringify(String.fromCharCode(unit));
  if (json.length === 3) ESCAPE[unit] = 0;
  else if (json.length === 4) ESCAPE[unit] = json.charCodeAt(2);
}
ESCAPE_BYTE.set(ESCAPE.subarray(0, 0x80));

type UnitsWriter = (target: Buffer, at: number, text: string, length: number) => number;

/**
 * V8 has a dozen kinds of strings, and looks `text.charCodeAt` up for each character in a function that has seen more
 * than four of them. A constant of a function that runs once is part of the machine code; a bundle's own are not.
 */
function createUnitsWriter(): UnitsWriter {
  const { charCodeAt } = String.prototype;
  return (target, at, text, length) => {
    let end = at;
    target[end++] = QUOTE;
    for (let index = 0; index < length; index++) {
      const unit = charCodeAt.call(text, index);
      const escape = ESCAPE[unit] ?? 0;
      if (escape === 0) target[end++] = unit;
      else if (escape !== NOT_HERE) {
        target[end++] = BACKSLASH;
        target[end++] = escape;
      } else if (unit < 0x80 || (unit >= SURROGATES && unit <= LAST_SURROGATE)) return at;
      else if (unit < 0x800) {
        target[end++] = 0xc0 | (unit >> 6);
        target[end++] = 0x80 | (unit & 0x3f);
      } else {
        target[end++] = 0xe0 | (unit >> 12);
        target[end++] = 0x80 | ((unit >> 6) & 0x3f);
        target[end++] = 0x80 | (unit & 0x3f);
      }
    }
    target[end++] = QUOTE;
    return end;
  };
}

/**
 * Writes a text by its UTF-16 code units.
 *
 * @param target - has `2 + MAX_UNIT * length` bytes from `at` on
 * @param length - the text's
 * @returns where the JSON ends; `at` for a text with surrogates or control characters that have no short escape
 */
export const writeUnits: UnitsWriter = createUnitsWriter();

/** Bytes that are read together. */
const WORD = 4;
/** Bytes behind one that is escaped, which are read one by one: others are near. */
const NEAR = 16;

/** True if none of the four bytes of a word is escaped: no quote, no backslash, none below a space. */
function isPlain(word: number): boolean {
  // Of a byte that is smaller than the one subtracted from it, the high bit is set by the borrow, unless it was before.
  const spaces = (word - 0x20_20_20_20) & ~word;
  const others = word ^ 0x22_22_22_22;
  const quotes = (others - 0x01_01_01_01) & ~others;
  const rest = word ^ 0x5c_5c_5c_5c;
  const backslashes = (rest - 0x01_01_01_01) & ~rest;
  return ((spaces | quotes | backslashes) & 0x80_80_80_80) === 0;
}

/** Bytes, to be read one by one and in words. */
export interface ViewedBytes {
  readonly bytes: Buffer;
  readonly view: DataView;
}

/** Makes bytes readable in words. */
export function viewed(bytes: Buffer): ViewedBytes {
  return { bytes, view: new DataView(bytes.buffer, bytes.byteOffset, bytes.length) };
}

/**
 * Writes the JSON of a text by its bytes of UTF-8, without the quotes around it. Words of prose are copied. Where there
 * is much to escape, as in JSON within JSON, ever more bytes are read one by one.
 *
 * @param target - has `2 * size` bytes from `at` on
 * @param size - number of bytes in `source`
 * @returns where the JSON ends; -1 for a text with control characters that have no short escape
 */
export function writeBytes(target: ViewedBytes, at: number, source: ViewedBytes, size: number): number {
  const { bytes: to, view: toWords } = target;
  const { bytes: from, view: fromWords } = source;
  const lastWord = size - WORD;
  let end = at;
  let near = NEAR;
  for (let index = 0; index < size;) {
    const start = index;
    for (; index <= lastWord; index += WORD) {
      const word = fromWords.getInt32(index, true);
      if (!isPlain(word)) break;
      toWords.setInt32(end, word, true);
      end += WORD;
    }
    near = index - start < NEAR ? near * 2 : NEAR;
    for (const stop = Math.min(size, index + near); index < stop; index++) {
      const byte = from[index] ?? 0;
      const escape = ESCAPE_BYTE[byte] ?? 0;
      if (escape === 0) to[end++] = byte;
      else if (escape === NOT_HERE) return -1;
      else {
        to[end++] = BACKSLASH;
        to[end++] = escape;
      }
    }
  }
  return end;
}
