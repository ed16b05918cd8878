import { setTimeout as wait } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

setFlagsFromString('--expose-gc');

/** Collects garbage once. It takes tenths of a second in a process that has loaded the frameworks. */
export const collect = runInNewContext('gc') as () => void;

/** Pauses before the first collections, and before each further one: the run registry watches runs that are a second old. */
const PAUSES_MS = [5, 25, 125];
const LONGEST_PAUSE_MS = 600;
const STEP_MS = 5;

/** Collects garbage until `done`, letting finalization callbacks and timers run in between; fails after many rounds. */
export async function collectUntil(done: () => boolean): Promise<void> {
  for (let round = 0; round < 100; round++) {
    if (await comesTrue(done, PAUSES_MS[round] ?? LONGEST_PAUSE_MS)) return;
    collect();
  }
  throw new Error('garbage was not collected');
}

/** Waits by timers alone, because a test may have stopped the clocks. */
async function comesTrue(done: () => boolean, withinMs: number): Promise<boolean> {
  for (let passedMs = 0; passedMs < withinMs; passedMs += STEP_MS) {
    if (done()) return true;
    await wait(STEP_MS);
  }
  return done();
}

/** Bytes on the heap after everything that can be collected was. */
export function heapUsed(): number {
  collect();
  collect();
  return process.memoryUsage().heapUsed;
}
