/** The two sides of a comparison: bad and good cases, what they spent in each step, and how the bad ones failed. */

import { hasQuantileInterval } from '@spanline/record/statistics';
import type { WeightedCase } from './case-sample.ts';
import type { Explanation, Part, Spread } from './explanation.ts';

const MAX_PARTS = 5;

/** Bad and good cases, in one order. */
export interface Sides {
  readonly rows: readonly WeightedCase[];
  readonly isBad: readonly boolean[];
}

/** How many cases of the whole log some of them stand for. */
export const weigh = (rows: readonly WeightedCase[]): number => rows.reduce((total, { weight }) => total + weight, 0);

/** Median and extremes of the measure on one side; `undefined` if it has no trace. */
export function spreadOf(rows: readonly WeightedCase[]): Spread | undefined {
  const sorted = rows.map(({ item, weight }) => ({ value: item.value, weight })).toSorted((a, b) => a.value - b.value);
  const [first, last] = [sorted[0], sorted.at(-1)];
  if (first === undefined || last === undefined) return undefined;
  const range = { low: first.value, high: last.value };
  if (!hasQuantileInterval(0.5, rows.length)) return { ...range, median: undefined };
  const half = weigh(rows) / 2;
  let below = 0;
  for (const [index, { value, weight }] of sorted.entries()) {
    below += weight;
    if (below > half) return { ...range, median: value };
    if (below === half) return { ...range, median: (value + (sorted[index + 1]?.value ?? value)) / 2 };
  }
  return { ...range, median: last.value };
}

/** The steps that make up the difference, the largest first. */
export function partsOf({ rows, isBad }: Sides): Part[] {
  const sums = new Map<string, { bad: number; good: number }>();
  const totals = { bad: 0, good: 0 };
  for (const [row, { item, weight }] of rows.entries()) {
    const side = isBad[row] ? 'bad' : 'good';
    totals[side] += weight;
    for (const [step, amount] of item.parts) {
      const one = sums.get(step) ?? { bad: 0, good: 0 };
      one[side] += amount * weight;
      sums.set(step, one);
    }
  }
  const means = [...sums].map(([step, { bad, good }]) => ({
    step,
    bad: totals.bad === 0 ? 0 : bad / totals.bad,
    good: totals.good === 0 ? 0 : good / totals.good,
  }));
  const whole = means.reduce((sum, { bad, good }) => sum + bad - good, 0);
  return means
    .map((part) => ({ ...part, share: whole === 0 ? 0 : (part.bad - part.good) / whole }))
    .toSorted((a, b) => b.share - a.share || (a.step < b.step ? -1 : 1))
    .slice(0, MAX_PARTS);
}

/** Types of failures of the bad cases, the most frequent first. */
export function failuresOf({ rows, isBad }: Sides): Explanation['failures'] {
  const counts = new Map<string, number>();
  for (const [row, { item, weight }] of rows.entries()) {
    if (isBad[row] && item.failure !== undefined) counts.set(item.failure, (counts.get(item.failure) ?? 0) + weight);
  }
  return [...counts]
    .map(([type, bad]) => ({ type, bad: Math.round(bad) }))
    .toSorted((a, b) => b.bad - a.bad || (a.type < b.type ? -1 : 1));
}
