import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { countsOf, kolmogorovSmirnov, kolmogorovSmirnovOfCounts, randomNumbers } from '../src/statistics/index.ts';

describe('the Kolmogorov–Smirnov test', () => {
  it('finds the largest distance of the distribution functions, of values and of counts', () => {
    const sample = fc.array(fc.integer({ min: 0, max: 12 }), { minLength: 1, maxLength: 40 });
    const shareUpTo = (values: readonly number[], limit: number): number =>
      values.filter((value) => value <= limit).length / values.length;
    fc.assert(
      fc.property(sample, sample, (one, two) => {
        const distances = [...one, ...two].map((value) => Math.abs(shareUpTo(one, value) - shareUpTo(two, value)));
        const result = kolmogorovSmirnov(one, two);
        expect(result.statistic).toBeCloseTo(Math.max(...distances), 12);
        expect(kolmogorovSmirnovOfCounts(countsOf(one), countsOf(two))).toEqual(result);
        expect(kolmogorovSmirnov(two, one).p).toBeCloseTo(result.p, 12);
      }),
    );
  });

  it('errs as often as its level says, and says nothing of an empty sample', () => {
    const random = randomNumbers(11);
    const sample = (size: number): number[] => Array.from({ length: size }, () => random());
    const ps = Array.from({ length: 2000 }, () => kolmogorovSmirnov(sample(60), sample(90)).p);
    const below = (level: number): number => ps.filter((p) => p < level).length / ps.length;
    expect(below(0.05)).toBeGreaterThan(0.025);
    expect(below(0.05)).toBeLessThan(0.06);
    expect(below(0.01)).toBeLessThan(0.015);
    expect(kolmogorovSmirnov([], [1])).toEqual({ statistic: 0, p: 1 });
  });

  it('knows the tail of the distribution', () => {
    // Of two samples of 1,000, a distance of 0.1 has the argument (√500 + 0.12 + 0.11 / √500) × 0.1.
    const [one, two] = [Array.from({ length: 1000 }, (_, at) => at), Array.from({ length: 1000 }, (_, at) => at + 100)];
    expect(kolmogorovSmirnov(one, two).statistic).toBeCloseTo(0.1, 12);
    expect(kolmogorovSmirnov(one, two).p).toBeCloseTo(
      2 * Math.exp(-2 * ((Math.sqrt(500) + 0.12 + 0.11 / Math.sqrt(500)) * 0.1) ** 2),
      12,
    );
  });
});
