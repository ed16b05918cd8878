/** Intervals and tests that resample observations. A seed determines them, so that a result can be computed again. */
import { type Interval, randomNumbers } from './intervals.ts';

/** Options of resampling. */
export interface Resampling {
  /** @defaultValue 2000 */
  readonly rounds?: number;
  /** @defaultValue 1 */
  readonly seed?: number;
}

/** Differences of which all sums of signs are computed. */
const EXACT = 12;
const ROUNDS = 2000;

/** The mean; `NaN` of nothing. */
export function meanOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/**
 * Bootstrap interval of a mean, by percentiles.
 *
 * @param values - one for each independent unit, such as an item of a dataset
 * @param level - share of such intervals that contain the mean
 */
export function bootstrapInterval(
  values: readonly number[],
  level = 0.95,
  { rounds = ROUNDS, seed = 1 }: Resampling = {},
): Interval {
  const { length } = values;
  if (length === 0) return { low: Number.NaN, high: Number.NaN };
  const random = randomNumbers(seed);
  const means = Float64Array.from({ length: rounds }, () => {
    let sum = 0;
    for (let drawn = 0; drawn < length; drawn++) sum += values[Math.floor(random() * length)] ?? 0;
    return sum / length;
  }).toSorted();
  const at = (share: number): number => means[Math.min(rounds - 1, Math.floor(share * rounds))] ?? Number.NaN;
  return { low: at((1 - level) / 2), high: at((1 + level) / 2) };
}

/**
 * Sign-flip permutation test of paired differences: the probability of a mean at least as far from 0 if no pair
 * differed. Exact for up to 12 differences that are not 0, else from random signs.
 */
export function signFlipTest(differences: readonly number[], { rounds = ROUNDS, seed = 1 }: Resampling = {}): number {
  const moved = differences.filter((difference) => difference !== 0);
  const { length } = moved;
  if (length === 0) return 1;
  const observed = Math.abs(moved.reduce((sum, value) => sum + value, 0)) * (1 - 1e-12);
  const isExact = length <= EXACT;
  const random = randomNumbers(seed);
  const all = isExact ? 2 ** length : rounds;
  let extreme = 0;
  for (let round = 0; round < all; round++) {
    let sum = 0;
    for (let at = 0; at < length; at++) {
      const isNegative = isExact ? ((round >> at) & 1) === 1 : random() < 0.5;
      sum += isNegative ? -(moved[at] ?? 0) : (moved[at] ?? 0);
    }
    if (Math.abs(sum) >= observed) extreme++;
  }
  return isExact ? extreme / all : (extreme + 1) / (all + 1);
}
