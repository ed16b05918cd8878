/** Text of a streamed answer, collected within a limit. */

import { truncationMarker } from '@spanline/record';

const MAX_CHARACTERS = 1_048_576;

/** Text that arrives in pieces. Of pieces beyond 1,048,576 characters, a marker at the end has the number of bytes. */
export interface TextBuffer {
  /** Adds a piece. A value that is no string is ignored. */
  add(piece: unknown): void;
  /** False once a piece was left out. */
  readonly isWhole: boolean;
  toString(): string;
}

/** Creates an empty buffer. */
export function createTextBuffer(): TextBuffer {
  const pieces: string[] = [];
  let length = 0;
  let missingBytes = 0;
  return {
    add(piece): void {
      if (typeof piece !== 'string') return;
      if (length >= MAX_CHARACTERS) {
        missingBytes += Buffer.byteLength(piece);
        return;
      }
      pieces.push(piece);
      length += piece.length;
    },
    get isWhole() {
      return missingBytes === 0;
    },
    toString: () => pieces.join('') + (missingBytes === 0 ? '' : truncationMarker(missingBytes)),
  };
}
