/** A growing list of numbers that takes eight bytes each, and its quantiles. */

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
      if (count === 0) return undefined;
      if (!isSorted) values.subarray(0, count).sort();
      isSorted = true;
      const place = share * (count - 1);
      const low = values[Math.floor(place)] ?? 0;
      const high = values[Math.ceil(place)] ?? low;
      return low + (high - low) * (place - Math.floor(place));
    },
  };
}
