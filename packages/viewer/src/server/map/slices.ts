/** Long work in slices, so that other requests are answered meanwhile. */

import { setImmediate as others } from 'node:timers/promises';

/** Calls back for each item. @throws the reason of the signal */
export async function eachInSlices<T>(
  items: readonly T[],
  perSlice: number,
  signal: AbortSignal,
  work: (item: T, index: number) => void,
): Promise<void> {
  for (let from = 0; from < items.length; from += perSlice) {
    items.slice(from, from + perSlice).forEach((item, index) => work(item, from + index));
    await others();
    signal.throwIfAborted();
  }
}
