import { decoded } from './decode.ts';
import { normalised, withoutMarks } from './normalise.ts';
import { asWritten, type Reading } from './reading.ts';

const MAX_ROUNDS = 3;

/**
 * The ways to read a text: in plain characters, and with its encodings undone, nested ones as well (JSON in a string in
 * JSON, up to three levels). Most texts are read in one way only.
 */
export function* readings(text: string): Generator<Reading> {
  const written = asWritten(text);
  let last = normalised(written);
  yield last;
  const unmarked = withoutMarks(written);
  if (unmarked !== written) yield unmarked;
  for (let round = 0; round < MAX_ROUNDS; round++) {
    const inner = decoded(last);
    if (inner === last) return;
    last = normalised(inner);
    yield last;
  }
}
