/** Work on many spans as a generator: between its pieces, the caller may let others have their turn. */

/** Spans of one piece. */
const PIECE = 200;

/** Counts the spans that were read: true after each piece. */
export function createPieces(): () => boolean {
  let read = 0;
  return () => ++read % PIECE === 0;
}

/** Runs all pieces at once. */
export function atOnce<Result>(pieces: Generator<void, Result>): Result {
  for (;;) {
    const { done, value } = pieces.next();
    if (done === true) return value;
  }
}
