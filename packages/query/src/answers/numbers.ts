/** A growing list of numbers that takes eight bytes each, and its quantiles. */

import { quantileOf } from '@spanline/record';

/** Numbers of one kind. */
export interface Numbers {
  add(value: number): void;
  /** Exact, between the two nearest values; `undefined` if there is none. */
  quantile(share: number): number | undefined;
}

const FIRST = 64;

/** Creates an empty list. */
export function createNumbers(): Numbers {
  let values = new Float64Array(FIRST);
  let count = 0;
  let isSorted = true;
  return {
    add(value) {
      if (count === values.length) {
        const larger = new Float64Array(count * 2);
        larger.set(values);
        values = larger;
      }
      values[count++] = value;
      isSorted = false;
    },
    quantile(share) {
      if (!isSorted) values.subarray(0, count).sort();
      isSorted = true;
      return quantileOf(values.subarray(0, count), share);
    },
  };
}
