/** Most characters that are kept of a streamed answer. */
const MAX_CHARACTERS = 1_048_576;

/** Text that comes in pieces, bounded. */
export interface KeptText {
  add(piece: unknown): void;
  toString(): string;
}

/** No text yet. */
export function createKeptText(): KeptText {
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
