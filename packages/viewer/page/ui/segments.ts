/** A text in parts: what an answer used, what redaction replaced, and the rest in short pieces. */

/** Characters of one element: a browser lays out short elements fast. */
const BLOCK = 10_000;
/** `[EMAIL_1]`, or `[EMAIL:7f3a]` with a key. */
const PLACEHOLDER = /\[[A-Z][A-Z0-9_]{1,40}(?:_\d{1,6}|:[0-9a-f]{4,64})\]/g;

/** A part of a text. */
export interface Segment {
  readonly text: string;
  readonly kind?: 'used' | 'redacted';
}

/** @param used - places, from the first on: start, and the character after the end */
export function segmentsOf(text: string, used: readonly (readonly [number, number])[] = []): Segment[] {
  const found = [...text.matchAll(PLACEHOLDER)].map(({ 0: match, index }) => ({
    from: index,
    to: index + match.length,
    kind: 'redacted' as const,
  }));
  const marks = [...found, ...used.map(([from, to]) => ({ from, to, kind: 'used' as const }))];
  const segments: Segment[] = [];
  let at = 0;
  const plain = (to: number): void => {
    for (; at < to; at += BLOCK) segments.push({ text: text.slice(at, Math.min(to, at + BLOCK)) });
    at = to;
  };
  for (const { from, to, kind } of marks.toSorted((a, b) => a.from - b.from)) {
    // A placeholder within a used part stays a part of it.
    if (from < at || from >= text.length) continue;
    plain(from);
    segments.push({ text: text.slice(from, to), kind });
    at = Math.min(to, text.length);
  }
  plain(text.length);
  return segments;
}
