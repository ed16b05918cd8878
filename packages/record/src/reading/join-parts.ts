/** Joins the parts of long lines, which container runtimes write one by one, stream by stream. */

import type { Unwrapped } from './unwrap.ts';

/** A line without its wrapper, whole. */
export interface JoinedLine<Line> {
  /** The line, or the first of its parts. */
  readonly first: Line;
  /** Time of the first wrapper, unchanged. */
  readonly time: string;
  readonly bytes: Uint8Array;
  /** The line was too long and is cut. */
  readonly isCut: boolean;
}

/** Joins parts. */
export interface PartJoiner<Line> {
  /** @returns the whole line, if this is its end */
  add(line: Line, part: Unwrapped): JoinedLine<Line> | undefined;
  /** The first parts of lines that wait for their ends. */
  waiting(): Line[];
}

interface Waiting<Line> {
  readonly first: Line;
  readonly time: string;
  readonly pieces: Uint8Array[];
  bytes: number;
}

/** A longer line is cut there. */
const MAX_BYTES = 16_777_216;

function concat(pieces: readonly Uint8Array[], length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  let at = 0;
  for (const piece of pieces) {
    bytes.set(piece, at);
    at += piece.length;
  }
  return bytes;
}

/** Creates the joiner of one file. It copies the bytes of parts, so that their memory may be reused. */
export function createPartJoiner<Line>(): PartJoiner<Line> {
  const waiting = new Map<string, Waiting<Line>>();
  return {
    add(line, { bytes, time, stream, isPart }) {
      const before = waiting.get(stream);
      if (before === undefined && !isPart) return { first: line, time, bytes, isCut: false };
      const parts = before ?? { first: line, time, pieces: [], bytes: 0 };
      parts.pieces.push(bytes.slice());
      parts.bytes += bytes.length;
      if (isPart && parts.bytes < MAX_BYTES) {
        waiting.set(stream, parts);
        return undefined;
      }
      waiting.delete(stream);
      return { first: parts.first, time: parts.time, bytes: concat(parts.pieces, parts.bytes), isCut: isPart };
    },
    waiting: () => [...waiting.values()].map(({ first }) => first),
  };
}
