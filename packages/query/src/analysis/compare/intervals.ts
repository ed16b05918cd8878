/**
 * Intervals of figures whose observations come in traces, and of differences between two logs. Observations of one
 * trace depend on each other, so that traces are the units: variances are those of clusters.
 *
 * - Shares: Wilson's interval, with the number of observations that the clusters are worth.
 * - Means: the variance of a ratio of sums over clusters, with Student's quantile.
 * - Quantiles: Woodruff's interval, which is the one of the share below it, read from the sorted values. With fewer
 *   traces than it needs there is none.
 * - Differences: Newcombe's method, which puts the intervals of both sides together.
 */

import { quantileOf } from '@spanline/record';
import { hasQuantileInterval, type Interval, normalQuantile, studentFactor, wilson } from '@spanline/record/statistics';

/** Observations of a figure: a value and the number of its trace. */
export interface Sample {
  readonly values: Float64Array;
  readonly traces: Uint32Array;
}

/** An estimate and its interval. Too few traces have an estimate without one. */
export interface Estimate extends Partial<Interval> {
  readonly value: number;
}

/** Sums over each trace. */
function clusters({ traces }: Sample, read: (index: number) => number): { count: number; sum: number }[] {
  const found = new Map<number, { count: number; sum: number }>();
  for (let index = 0; index < traces.length; index++) {
    const trace = traces[index] ?? 0;
    const one = found.get(trace);
    if (one === undefined) found.set(trace, { count: 1, sum: read(index) });
    else {
      one.count++;
      one.sum += read(index);
    }
  }
  return [...found.values()];
}

/** Mean of a figure, and the variance of this mean. */
function meanOf(sample: Sample, read: (index: number) => number): { mean: number; variance: number; units: number } {
  const parts = clusters(sample, read);
  const units = parts.length;
  const count = parts.reduce((sum, part) => sum + part.count, 0);
  const mean = parts.reduce((sum, part) => sum + part.sum, 0) / count;
  const squares = parts.reduce((sum, part) => sum + (part.sum - mean * part.count) ** 2, 0);
  return { mean, variance: units < 2 ? Infinity : (squares * units) / (units - 1) / count ** 2, units };
}

/** Number of independent observations that a share of clusters is worth. */
function effectiveCount(sample: Sample, share: number, variance: number, units: number): number {
  const simple = share * (1 - share);
  if (simple === 0 || variance === 0) return units;
  return Math.min(sample.values.length, simple / variance);
}

/** Interval of a share: `read` gives 1 or 0. */
function shareInterval(sample: Sample, read: (index: number) => number, z: number): Estimate {
  const { mean, variance, units } = meanOf(sample, read);
  return { value: mean, ...wilson(mean, effectiveCount(sample, mean, variance, units), z) };
}

/** Share of values that are not 0. */
export function estimateShare(sample: Sample, z: number): Estimate | undefined {
  return sample.values.length === 0
    ? undefined
    : shareInterval(sample, (index) => Number(sample.values[index] !== 0), z);
}

/** Mean of the values. */
export function estimateMean(sample: Sample, z: number): Estimate | undefined {
  if (sample.values.length === 0) return undefined;
  const { mean, variance, units } = meanOf(sample, (index) => sample.values[index] ?? 0);
  if (units < 2) return { value: mean };
  const reach = studentFactor(z, units - 1) * Math.sqrt(variance);
  return { value: mean, low: mean - reach, high: mean + reach };
}

/** A quantile of the values. It has no interval if there are too few traces for one. */
export function estimateQuantile(sample: Sample, share: number, z: number): Estimate | undefined {
  const { values } = sample;
  if (values.length === 0) return undefined;
  const sorted = values.slice().sort();
  const at = (part: number): number => quantileOf(sorted, part) ?? 0;
  const value = at(share);
  const { mean, variance, units } = meanOf(sample, (index) => Number((values[index] ?? 0) <= value));
  if (!hasQuantileInterval(share, units, z)) return { value };
  // The share below a quantile is known, also where many values are the same.
  const { low, high } = wilson(share, effectiveCount(sample, mean, variance, units), z);
  return { value, low: at(low), high: at(high) };
}

const hasInterval = (estimate: Estimate): estimate is Estimate & Interval =>
  estimate.low !== undefined && estimate.high !== undefined;

/** Differences of sums that are the same, but for rounding. */
const ROUNDING = 1e-9;

/** The difference of two estimates (`after` − `before`). It has an interval if both have one. */
export function difference(before: Estimate, after: Estimate): Estimate {
  const smallest = ROUNDING * Math.max(Math.abs(before.value), Math.abs(after.value));
  const clean = (value: number): number => (Math.abs(value) <= smallest ? 0 : value);
  const value = after.value - before.value;
  if (!hasInterval(before) || !hasInterval(after)) return { value: clean(value) };
  return {
    value: clean(value),
    low: clean(value - Math.hypot(after.value - after.low, before.high - before.value)),
    high: clean(value + Math.hypot(after.high - after.value, before.value - before.low)),
  };
}

/** The normal quantile for comparisons of which at most one in twenty finds a change that is none. */
export function quantileFor(comparisons: number): number {
  return normalQuantile(1 - 0.025 / Math.max(1, comparisons));
}
