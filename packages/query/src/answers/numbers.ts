/** A growing list of numbers that takes eight bytes each, and its quantiles. */

import { betweenRanks } from '@spanline/record';

/** Numbers of one kind. */
export interface Numbers {
  /** @param value - a finite number */
  add(value: number): void;
  /** Exact, between the two nearest values; `undefined` if there is none. */
  quantile(share: number): number | undefined;
}

const FIRST = 64;
/** Fewer values are sorted. */
const FEW = 32;
/** Most times that a range is divided, for each bit of its length. A range that resists is sorted. */
const DIVISIONS = 4;

/** Divides a range around the value in its middle. @returns the last place of the lower part */
function divide(values: Float64Array, from: number, to: number): number {
  const pivot = values[(from + to) >>> 1] ?? 0;
  let low = from - 1;
  let high = to + 1;
  for (;;) {
    do low++;
    while ((values[low] ?? 0) < pivot);
    do high--;
    while ((values[high] ?? 0) > pivot);
    if (low >= high) return high;
    const value = values[low] ?? 0;
    values[low] = values[high] ?? 0;
    values[high] = value;
  }
}

/** Moves the value of a rank to its place, within a range that has it. Sorting all of them takes far longer. */
function settle(values: Float64Array, rank: number, from: number, to: number): void {
  let low = from;
  let high = to;
  for (let left = DIVISIONS * Math.log2(to - from + 1); high - low > FEW && left > 0; left--) {
    const end = divide(values, low, high);
    if (rank <= end) high = end;
    else low = end + 1;
  }
  values.subarray(low, high + 1).sort();
}

/** Creates an empty list. */
export function createNumbers(): Numbers {
  let values = new Float64Array(FIRST);
  let count = 0;
  /** Ranks whose values are in their places, in their order. Lower values stand before them, higher ones behind. */
  let settled: number[] = [];

  function valueAt(rank: number): number {
    const next = settled.findIndex((known) => known >= rank);
    if (settled[next] !== rank) {
      const place = next < 0 ? settled.length : next;
      settle(values, rank, (settled[place - 1] ?? -1) + 1, (settled[place] ?? count) - 1);
      settled.splice(place, 0, rank);
    }
    return values[rank] ?? 0;
  }

  return {
    add(value) {
      if (count === values.length) {
        const larger = new Float64Array(count * 2);
        larger.set(values);
        values = larger;
      }
      values[count++] = value;
      if (settled.length > 0) settled = [];
    },
    quantile: (share) => (count === 0 ? undefined : betweenRanks(share, count, valueAt)),
  };
}
