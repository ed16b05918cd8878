import type { Comparison } from './types.ts';

const BREAKS: Readonly<Record<Comparison, (value: number, threshold: number) => boolean>> = {
  gt: (value, threshold) => value > threshold,
  lt: (value, threshold) => value < threshold,
  gte: (value, threshold) => value >= threshold,
  lte: (value, threshold) => value <= threshold,
};

/** True for rules on values that are too high. */
export function isUpward(comparison: Comparison): boolean {
  return comparison === 'gt' || comparison === 'gte';
}

/** True if the value breaks the threshold. */
export function breaks(value: number, comparison: Comparison, threshold: number): boolean {
  return BREAKS[comparison](value, threshold);
}
