/** Joins the parts of long lines, which container runtimes write one by one, stream by stream. */

import type { Unwrapped } from './unwrap.ts';

/** A line without its wrapper, whole. */
export interface JoinedLine<Line> {
  /** The line, or the first of its parts. */
  readonly first: Line;
  /** All of its parts; none if it was written at once. */
  readonly parts: readonly Line[];
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
  /** Cuts the lines that wait. */
  flush(): JoinedLine<Line>[];
}

interface Waiting<Line> {
  readonly first: Line;
  readonly lines: Line[];
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

  function join({ first, lines, time, pieces, bytes }: Waiting<Line>, isCut: boolean): JoinedLine<Line> {
    return { first, parts: lines, time, bytes: concat(pieces, bytes), isCut };
  }

  return {
    add(line, { bytes, time, stream, isPart }) {
      const before = waiting.get(stream);
      if (before === undefined && !isPart) return { first: line, parts: [], time, bytes, isCut: false };
      const parts = before ?? { first: line, lines: [], time, pieces: [], bytes: 0 };
      parts.lines.push(line);
      parts.pieces.push(bytes.slice());
      parts.bytes += bytes.length;
      if (isPart && parts.bytes < MAX_BYTES) {
        waiting.set(stream, parts);
        return undefined;
      }
      waiting.delete(stream);
      return join(parts, isPart);
    },
    waiting: () => [...waiting.values()].map(({ first }) => first),
    flush() {
      const cut = [...waiting.values()].map((parts) => join(parts, true));
      waiting.clear();
      return cut;
    },
  };
}
