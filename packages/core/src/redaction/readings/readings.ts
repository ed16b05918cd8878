import { decoded } from './decode.ts';
import { normalised } from './normalise.ts';
import { asWritten, type Reading } from './reading.ts';

const MAX_ROUNDS = 3;

/**
 * The ways to read a text: in plain characters, and with its encodings undone, nested ones as well (JSON in a string in
 * JSON, up to three levels). Most texts are read in one way only.
 */
export function* readings(text: string): Generator<Reading> {
  let last = normalised(asWritten(text));
  yield last;
  for (let round = 0; round < MAX_ROUNDS; round++) {
    const inner = decoded(last);
    if (inner === last) return;
    last = normalised(inner);
    yield last;
  }
}
