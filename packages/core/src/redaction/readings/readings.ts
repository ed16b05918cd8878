import { decoded } from './decode.ts';
import { normalised } from './normalise.ts';
import type { Reading } from './reading.ts';

const MAX_ROUNDS = 3;

/**
 * Further ways to read a text: in plain characters, and with its encodings undone, nested ones as well (JSON in a
 * string in JSON, up to three levels). Most texts have none.
 *
 * @param read - reads in each way. It returns the reading that the next one is made from
 */
export function readings(written: Reading, read: (reading: Reading) => Reading): void {
  let last = written;
  const next = (reading: Reading): boolean => {
    const isNew = reading !== last;
    if (isNew) last = read(reading);
    return isNew;
  };
  next(normalised(last));
  for (let round = 0; round < MAX_ROUNDS; round++) {
    const inner = decoded(last);
    if (!next(inner === last ? inner : normalised(inner))) return;
  }
}
