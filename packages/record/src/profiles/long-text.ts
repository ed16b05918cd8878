/**
 * Long texts in `flattened` fields. Elasticsearch rejects a document with a term of more than 32,766 bytes, the path in
 * front of the text included.
 *
 * - A longer text becomes a list of pieces. All but the last have between {@link SHORTEST} and {@link LONGEST} bytes,
 *   which is how a reader recognises them.
 * - A list of texts that looks like pieces gets an empty text in front.
 */
const LIMIT = 32_000;
const LONGEST = 30_000;
const SHORTEST = 29_000;
const SPACE = 0x20;
const LINE_BREAK = 0x0a;

/** True if the text might exceed the limit. A UTF-16 code unit has at most 3 bytes of UTF-8. */
const mayExceed = (text: string): boolean => text.length * 3 > LIMIT;

const encoder = new TextEncoder();
const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

const byteLength = (text: string): number => encoder.encode(text).length;

/** True if a text is too long for one term. */
export const isTooLong = (text: string): boolean => mayExceed(text) && byteLength(text) > LIMIT;

const isPiece = (value: unknown): boolean => {
  if (typeof value !== 'string' || value.length * 3 < SHORTEST || value.length > LONGEST) return false;
  const bytes = byteLength(value);
  return bytes >= SHORTEST && bytes <= LONGEST;
};

/** True if a list could be the result of {@link split}. */
function isSplit(value: unknown): value is string[] {
  return (
    Array.isArray(value) && value.length > 1 && typeof value.at(-1) === 'string' && value.slice(0, -1).every(isPiece)
  );
}

/** True if a list would be mistaken for pieces, or for a list that is already marked. */
export function isAmbiguous(value: readonly unknown[]): boolean {
  let marks = 0;
  while (value[marks] === '') marks++;
  return isSplit(marks === 0 ? value : value.slice(marks));
}

/** The end of the piece that begins at `from`: after a space if there is one, else at the end of a character. */
function endOf(bytes: Uint8Array, from: number): number {
  for (let end = from + LONGEST; end > from + SHORTEST; end--) {
    const before = bytes[end - 1];
    if (before === SPACE || before === LINE_BREAK) return end;
  }
  let end = from + LONGEST;
  while (((bytes[end] ?? 0) & 0xc0) === 0x80) end--;
  return end;
}

/** Splits a long text into pieces. */
export function split(text: string): string[] {
  const bytes = encoder.encode(text);
  const pieces: string[] = [];
  let from = 0;
  while (bytes.length - from > LIMIT) {
    const end = endOf(bytes, from);
    pieces.push(decoder.decode(bytes.subarray(from, end)));
    from = end;
  }
  return [...pieces, decoder.decode(bytes.subarray(from))];
}

/** Joins the pieces inside a value, down to `levels` levels. */
export function join(value: unknown, levels: number): unknown {
  if (typeof value !== 'object' || value === null || levels < 0) return value;
  const inner = (entry: unknown): unknown => join(entry, levels - 1);
  if (!Array.isArray(value))
    return Object.fromEntries(Object.entries(value).map(([key, entry]) => [key, inner(entry)]));
  if (isSplit(value)) return value.join('');
  return (value[0] === '' && isAmbiguous(value.slice(1)) ? value.slice(1) : value).map(inner);
}

/** True if {@link join} would change a value. */
export function hasPieces(value: unknown, levels: number): boolean {
  if (typeof value !== 'object' || value === null || levels < 0) return false;
  if (Array.isArray(value) && isAmbiguous(value)) return true;
  for (const key in value) if (hasPieces((value as Record<string, unknown>)[key], levels - 1)) return true;
  return false;
}
