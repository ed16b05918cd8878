import fc from 'fast-check';
import { expect, it } from 'vitest';
import { quantileOf } from '@spanline/record';
import { createNumbers } from '../../src/answers/numbers.ts';

const shares = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 1, maxLength: 6 });
const value = fc.oneof(fc.double({ noNaN: true, noDefaultInfinity: true }), fc.integer({ min: 0, max: 3 }));

it('has the quantiles of the sorted values, in any order of questions, and after more values', () => {
  fc.assert(
    fc.property(fc.array(fc.array(value, { maxLength: 300 }), { maxLength: 3 }), shares, (parts, asked) => {
      const numbers = createNumbers();
      const all: number[] = [];
      for (const part of parts) {
        for (const one of part) numbers.add(one);
        all.push(...part);
        const sorted = all.toSorted((a, b) => a - b);
        for (const share of asked) {
          const [found, expected] = [numbers.quantile(share), quantileOf(sorted, share)];
          // 0 and -0 are one value.
          expect(found === undefined ? found : found + 0).toBe(expected === undefined ? expected : expected + 0);
        }
      }
    }),
  );
});

it.each([
  ['ascending', (index: number) => index],
  ['descending', (index: number) => -index],
  ['all the same', () => 7],
  ['a saw', (index: number) => index % 1000],
  ['an organ pipe', (index: number) => Math.min(index, 100_000 - index)],
])('takes values in any order: %s', (_, valueAt) => {
  const numbers = createNumbers();
  const all = Float64Array.from({ length: 100_000 }, (__, index) => valueAt(index));
  for (const one of all) numbers.add(one);
  all.sort();
  for (const share of [0.99, 0.5, 0.95, 0, 1]) expect(numbers.quantile(share)).toBe(quantileOf(all, share));
});
