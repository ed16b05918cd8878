/** A whole number for people. */
export const count = (value: number): string => Math.round(value).toLocaleString('en-US');

/** A quantile of a few numbers, exact; 0 of none. */
export function quantile(values: readonly number[], at: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * at))] ?? 0;
}

/** The middle one. */
export const median = (values: readonly number[]): number => quantile(values, 0.5);
