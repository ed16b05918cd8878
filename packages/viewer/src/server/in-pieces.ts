/** Long work of one request, between whose pieces other requests have their turn. */

import { setImmediate } from 'node:timers/promises';

/** Runs to the end; other requests have their turn between pieces. */
export async function inPieces<Result>(steps: Generator<void, Result>): Promise<Result> {
  for (;;) {
    const { done, value } = steps.next();
    if (done === true) return value;
    await setImmediate();
  }
}
