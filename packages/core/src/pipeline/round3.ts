/** Rounds to three digits after the point: milliseconds, rates and ratios on a line. */
export const round3 = (value: number): number => Math.round(value * 1000) / 1000;
