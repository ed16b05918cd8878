import type { Range } from '../rule.ts';

/** A text as rules read it, and the way back to the text as it was written. */
export interface Reading {
  readonly text: string;
  /** The place in the written text of a place in this one. Characters that were written together stay together. */
  origin(range: Range): Range;
}

/** Reads a text as it is written. */
export function asWritten(text: string): Reading {
  return { text, origin: (range) => range };
}

/** A run of characters that a rewrite kept, or one match that it replaced. */
interface Piece {
  /** Where it begins in the new text. */
  readonly at: number;
  readonly from: number;
  /** `undefined` for a run that was kept. */
  readonly to: number | undefined;
}

/** The last piece that begins at or before `index`. */
function pieceAt(pieces: readonly Piece[], index: number): Piece {
  let low = 0;
  let high = pieces.length - 1;
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if ((pieces[middle]?.at ?? 0) <= index) low = middle;
    else high = middle - 1;
  }
  return pieces[low] ?? { at: 0, from: 0, to: undefined };
}

/** Replaces what a global pattern matches in a reading. Returns the same reading if that changes nothing. */
export function rewrite(reading: Reading, pattern: RegExp, replace: (match: string) => string): Reading {
  const { text } = reading;
  const pieces: Piece[] = [];
  let result = '';
  let end = 0;
  for (const { 0: match, index } of text.matchAll(pattern)) {
    const replacement = replace(match);
    if (replacement === match) continue;
    if (index > end) pieces.push({ at: result.length, from: end, to: undefined });
    result += text.slice(end, index);
    if (replacement !== '') pieces.push({ at: result.length, from: index, to: index + match.length });
    result += replacement;
    end = index + match.length;
  }
  if (end === 0) return reading;
  if (end < text.length) pieces.push({ at: result.length, from: end, to: undefined });
  return {
    text: result + text.slice(end),
    origin(range) {
      const first = pieceAt(pieces, range.start);
      const last = pieceAt(pieces, range.end - 1);
      return reading.origin({
        start: first.to === undefined ? first.from + range.start - first.at : first.from,
        end: last.to ?? last.from + range.end - last.at,
      });
    },
  };
}
