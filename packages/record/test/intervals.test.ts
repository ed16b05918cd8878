import { expect, it } from 'vitest';
import { hasQuantileInterval } from '../src/statistics/index.ts';

it.each([
  ['a median', 0.5, 6],
  ['p95', 0.95, 72],
  ['p5', 0.05, 72],
])('%s has an interval of 95 %% from the number of values on that it needs', (_name, share, least) => {
  expect([0, 1, least - 1].map((count) => hasQuantileInterval(share, count))).toEqual([false, false, false]);
  expect([least, 1000, 1_000_000].map((count) => hasQuantileInterval(share, count))).toEqual([true, true, true]);
});
