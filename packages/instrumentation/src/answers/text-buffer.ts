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

/** V8 keeps a getter of a literal until a full collection, with all that it refers to. A class has one for all. */
class Pieces implements TextBuffer {
  readonly #pieces: string[] = [];
  #length = 0;
  #missingBytes = 0;

  add(piece: unknown): void {
    if (typeof piece !== 'string') return;
    if (this.#length >= MAX_CHARACTERS) {
      this.#missingBytes += Buffer.byteLength(piece);
      return;
    }
    this.#pieces.push(piece);
    this.#length += piece.length;
  }

  get isWhole(): boolean {
    return this.#missingBytes === 0;
  }

  toString(): string {
    return this.#pieces.join('') + (this.#missingBytes === 0 ? '' : truncationMarker(this.#missingBytes));
  }
}

/** Creates an empty buffer. */
export function createTextBuffer(): TextBuffer {
  return new Pieces();
}
