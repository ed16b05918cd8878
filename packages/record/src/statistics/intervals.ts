/** Statistics that answers state: intervals of shares and means, exact tails of counts, and random numbers. */

/** An interval. */
export interface Interval {
  readonly low: number;
  readonly high: number;
}

/** Normal quantile of a two-sided interval of 95 %. */
const Z95 = 1.959_963_985;

/**
 * Wilson's interval of a share.
 *
 * @param share - 0 to 1
 * @param count - observations; fewer than were made where they depend on each other
 */
export function wilson(share: number, count: number, z: number = Z95): Interval {
  if (!(count > 0)) return { low: 0, high: 1 };
  const square = (z * z) / count;
  const middle = (share + square / 2) / (1 + square);
  const reach = (z / (1 + square)) * Math.sqrt((share * (1 - share)) / count + square / (4 * count));
  return { low: Math.max(0, middle - reach), high: Math.min(1, middle + reach) };
}

/** Logarithms of the factorials from 0 to `largest`. */
export function logFactorials(largest: number): Float64Array {
  const table = new Float64Array(largest + 1);
  for (let n = 2; n <= largest; n++) table[n] = (table[n - 1] ?? 0) + Math.log(n);
  return table;
}

/**
 * Tails of the hypergeometric distribution, which is Fisher's exact test of one side.
 *
 * @param drawn - size of the set
 * @returns for each count `a`, the logarithm of the probability that the set has at least `a` of the marked ones
 */
export function hypergeometricTails(
  { all, marked, logs }: { readonly all: number; readonly marked: number; readonly logs: Float64Array },
  drawn: number,
): Float64Array {
  const most = Math.min(drawn, marked);
  const least = Math.max(0, drawn + marked - all);
  const log = (n: number): number => logs[n] ?? 0;
  const choose = (n: number, k: number): number => log(n) - log(k) - log(n - k);
  const tails = new Float64Array(most + 2);
  tails[most + 1] = -Infinity;
  for (let count = most; count >= 0; count--) {
    const after = tails[count + 1] ?? -Infinity;
    if (count < least) {
      tails[count] = 0;
      continue;
    }
    const one = choose(marked, count) + choose(all - marked, drawn - count) - choose(all, drawn);
    const larger = Math.max(one, after);
    tails[count] = Math.min(0, larger + Math.log1p(Math.exp(Math.min(one, after) - larger)));
  }
  return tails;
}

/** Random numbers from 0 to 1 that a seed determines (mulberry32). */
export function randomNumbers(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d_2b_79_f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** Quantile of the normal distribution (Acklam's approximation, relative error 1e-9). */
export function normalQuantile(share: number): number {
  if (share > 0.5) return -normalQuantile(1 - share);
  const poly = (parts: readonly number[], x: number): number => parts.reduce((sum, part) => sum * x + part, 0);
  if (share < 0.024_25) {
    const q = Math.sqrt(-2 * Math.log(share));
    const top = [-0.007_784_894_002_430_293, -0.322_396_458_041_136_5, -2.400_758_277_161_838, -2.549_732_539_343_734];
    const bottom = [
      0.007_784_695_709_041_462, 0.322_467_129_070_039_8, 2.445_134_137_142_996, 3.754_408_661_907_416, 1,
    ];
    return poly([...top, 4.374_664_141_464_968, 2.938_163_982_698_783], q) / poly(bottom, q);
  }
  const q = share - 0.5;
  const r = q * q;
  const top = [-39.696_830_286_653_76, 220.946_098_424_520_5, -275.928_510_446_968_7, 138.357_751_867_269];
  const bottom = [-54.476_098_798_224_06, 161.585_836_858_040_9, -155.698_979_859_886_6, 66.801_311_887_719_72];
  return (
    (poly([...top, -30.664_798_066_147_16, 2.506_628_277_459_239], r) * q) /
    poly([...bottom, -13.280_681_552_885_72, 1], r)
  );
}

/**
 * True if so many independent values have an interval of a quantile. With fewer, all may well lie on one side of it, so
 * that an end of the interval is beyond all values. In an interval of 95 %, a median needs 6 values, p95 needs 72.
 *
 * @param share - 0 to 1
 */
export function hasQuantileInterval(share: number, count: number, z: number = Z95): boolean {
  const onOneSide = Math.max(share, 1 - share) ** count;
  return -normalQuantile(Math.max(Number.MIN_VALUE, onOneSide)) >= z;
}

/** Student's quantile for a normal one (Cornish-Fisher; within 1 % from 4 degrees of freedom). */
export function studentFactor(z: number, degrees: number): number {
  const second = (z ** 3 + z) / 4;
  const third = (5 * z ** 5 + 16 * z ** 3 + 3 * z) / 96;
  const fourth = (3 * z ** 7 + 19 * z ** 5 + 17 * z ** 3 - 15 * z) / 384;
  return z + second / degrees + third / degrees ** 2 + fourth / degrees ** 3;
}
