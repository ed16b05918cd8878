import { setImmediate as turn, setTimeout as wait } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

/** Collects garbage until `done`, letting finalization callbacks and timers run in between; fails after many rounds. */
export async function collectUntil(done: () => boolean): Promise<void> {
  for (let round = 0; round < 200 && !done(); round++) {
    collect();
    await turn();
    if (!done()) await wait(Math.min(4 ** round, 250));
  }
  if (!done()) throw new Error('garbage was not collected');
}

/** Bytes on the heap after everything that can be collected was. */
export function heapUsed(): number {
  collect();
  collect();
  return process.memoryUsage().heapUsed;
}
