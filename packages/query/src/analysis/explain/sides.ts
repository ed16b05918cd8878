/** The two sides of a comparison: bad and good cases, what they spent in each step, and how the bad ones failed. */

import type { WeightedCase } from './case-sample.ts';
import type { Explanation, Part } from './explanation.ts';

const MAX_PARTS = 5;

/** Bad and good cases, in one order. */
export interface Sides {
  readonly rows: readonly WeightedCase[];
  readonly isBad: readonly boolean[];
}

/** How many cases of the whole log some of them stand for. */
export const weigh = (rows: readonly WeightedCase[]): number => rows.reduce((total, { weight }) => total + weight, 0);

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
