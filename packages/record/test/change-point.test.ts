/** The change-point test: false alarms, power, and the interval of the place. */

import { describe, expect, it } from 'vitest';
import { changePoint, LEAST_SERIES, normalQuantile, randomNumbers } from '@spanline/record/statistics';

const RUNS = process.env['SPANLINE_LONG'] === '1' ? 1000 : 100;

interface Simulation {
  readonly length: number;
  readonly seed: number;
  /** Correlation of neighbours. */
  readonly correlation?: number;
  readonly at?: number;
  readonly shift?: number;
}

/** Normal values whose neighbours are alike, with a shift from one place on. */
function simulate({ length, seed, correlation = 0, at = 0, shift = 0 }: Simulation): Float64Array {
  const random = randomNumbers(seed);
  let value = 0;
  return Float64Array.from({ length }, (_, index) => {
    const noise = normalQuantile(Math.min(1 - 1e-9, Math.max(1e-9, random())));
    value = correlation * value + Math.sqrt(1 - correlation ** 2) * noise;
    return value + (index >= at ? shift : 0);
  });
}

const runs = (given: Omit<Simulation, 'seed'>) =>
  Array.from({ length: RUNS }, (_, seed) =>
    changePoint(simulate({ ...given, seed: seed * 7919 + 13 }), { rounds: 199 }),
  ).filter((found) => found !== undefined);

describe('the change-point test', () => {
  it.each([
    { length: 60, correlation: 0 },
    { length: 150, correlation: 0.3 },
  ])('finds a change in at most about one of twenty series without one: %o', (given) => {
    const found = runs(given).filter(({ p }) => p <= 0.05);
    // Five in a hundred are expected; the standard deviation is two.
    expect(found.length / RUNS).toBeLessThanOrEqual(0.1);
  });

  it('finds a shift of one standard deviation, and its interval has the place nine times of ten', () => {
    const found = runs({ length: 150, at: 60, shift: 1 });
    expect(found.filter(({ p }) => p <= 0.05).length / RUNS).toBeGreaterThan(0.95);
    const covered = found.filter(({ low, high }) => low <= 60 && high >= 60);
    expect(covered.length / RUNS).toBeGreaterThan(0.84);
    for (const { at, low, high } of found) expect(low <= at && at <= high).toBe(true);
  });

  it('gives the same answer again', () => {
    const values = simulate({ length: 100, seed: 3, at: 50, shift: 0.6 });
    expect(changePoint(values)).toEqual(changePoint(values));
    expect(changePoint(values, { seed: 2 })).not.toEqual(changePoint(values));
  });

  it('needs some values that differ', () => {
    expect(changePoint(new Float64Array(LEAST_SERIES - 1).map((_, index) => index))).toBeUndefined();
    expect(changePoint(new Float64Array(100))).toBeUndefined();
    expect(changePoint(Float64Array.from({ length: LEAST_SERIES }, (_, index) => Number(index >= 15)))).toMatchObject({
      at: 15,
    });
  });

  it('sums long series up', () => {
    const found = changePoint(simulate({ length: 20_000, seed: 5, at: 7000, shift: 1 }));
    expect(found?.p).toBeLessThan(0.01);
    expect(Math.abs((found?.at ?? 0) - 7000)).toBeLessThan(100);
  });
});
