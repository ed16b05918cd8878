/** Statistics of a few values, for people. */

import { quantileOf } from '@spanline/record';

/** Formats a number as an integer with separators. */
export const formatCount = (value: number): string => Math.round(value).toLocaleString('en-US');

/** An exact quantile; 0 without values. */
export function quantile(values: readonly number[], at: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return quantileOf(sorted, at) ?? 0;
}

/** The median; 0 without values. */
export const median = (values: readonly number[]): number => quantile(values, 0.5);
