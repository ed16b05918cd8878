/** The order of a million numbers, in some milliseconds: a radix sort, sixteen bits at a time. */

const BITS = 16;
const BUCKETS = 1 << BITS;
const SIGN = 0x80_00_00_00;

/** The bits of numbers, in words whose order is that of the numbers from the largest to the smallest. NaN is last. */
function descendingWords(values: Float64Array): Uint32Array {
  const words = new Uint32Array(values.length * 2);
  const number = new Float64Array(1);
  const bits = new Uint32Array(number.buffer);
  for (let index = 0; index < values.length; index++) {
    const value = values[index] ?? Number.NaN;
    // Zero has two spellings.
    number[0] = Number.isNaN(value) ? Number.NEGATIVE_INFINITY : value + 0;
    const [low = 0, high = 0] = bits;
    const isNegative = (high & SIGN) !== 0;
    words[index * 2] = isNegative ? low : ~low;
    words[index * 2 + 1] = isNegative ? high : ~high ^ SIGN;
  }
  return words;
}

/**
 * Places of numbers, the largest number first and NaN last.
 *
 * @param order - all places, in the order that equal numbers keep
 */
export function sortDescending(values: Float64Array, order: Uint32Array): Uint32Array {
  const words = descendingWords(values);
  const counts = new Uint32Array(BUCKETS);
  let from: Uint32Array = order;
  let to = new Uint32Array(order.length);
  for (let half = 0; half < 4; half++) {
    const shift = (half % 2) * BITS;
    const word = half >> 1;
    const digit = (place: number): number => ((words[place * 2 + word] ?? 0) >>> shift) & (BUCKETS - 1);
    counts.fill(0);
    for (const place of from) counts[digit(place)] = (counts[digit(place)] ?? 0) + 1;
    let sum = 0;
    for (let bucket = 0; bucket < BUCKETS; bucket++) {
      const count = counts[bucket] ?? 0;
      counts[bucket] = sum;
      sum += count;
    }
    for (const place of from) {
      const bucket = digit(place);
      const at = counts[bucket] ?? 0;
      to[at] = place;
      counts[bucket] = at + 1;
    }
    const free = half === 0 ? new Uint32Array(order.length) : from;
    from = to;
    to = free as Uint32Array<ArrayBuffer>;
  }
  return from;
}
