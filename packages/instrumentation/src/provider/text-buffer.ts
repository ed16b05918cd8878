/** Text of a streamed answer, collected within a limit. */

const MAX_CHARACTERS = 1_048_576;

/** Text that arrives in pieces. Pieces beyond 1,048,576 characters are left out. */
export interface TextBuffer {
  /** Adds a piece. A value that is no string is ignored. */
  add(piece: unknown): void;
  toString(): string;
}

/** Creates an empty buffer. */
export function createTextBuffer(): TextBuffer {
  const pieces: string[] = [];
  let length = 0;
  return {
    add(piece): void {
      if (typeof piece !== 'string' || length >= MAX_CHARACTERS) return;
      pieces.push(piece);
      length += piece.length;
    },
    toString: () => pieces.join(''),
  };
}
