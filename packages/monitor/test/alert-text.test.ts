import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatApart, formatValue } from '../src/alerts/format-values.ts';

const toNumber = (text: string): number => Number(text.replaceAll(',', ''));

describe('the value and the limit of an alert', () => {
  it.each<[value: number, limit: number, shown: string]>([
    [0.2, 0.01, '0.2 and 0.01'],
    [0.010_002, 0.01, '0.010002 and 0.01'],
    [0.989_996, 0.99, '0.989996 and 0.99'],
    [22_087.4, 5000, '22,087 and 5,000'],
    [5000.4, 5000, '5,000.4 and 5,000'],
    [999.996, 1000, '999.996 and 1,000'],
    [1_000_000, 1_000_001, '1,000,000 and 1,000,001'],
    [50, 50, '50 and 50'],
    [0.1 + 0.2, 0.3, '0.30000000000000004 and 0.3'],
    [-0.000_02, 0, '-0.00002 and 0'],
  ])('%s and %s are shown with the digits that tell them apart, and no more', (value, limit, shown) => {
    expect(formatApart(value, limit).join(' and ')).toBe(shown);
  });

  it('are in the order of the numbers, whatever they are', () => {
    const number = fc.double({ min: -1e15, max: 1e15, noNaN: true });
    const near = fc.tuple(number, fc.double({ min: -1e-6, max: 1e-6, noNaN: true })).map(([a, by]) => [a, a + by * a]);
    fc.assert(
      fc.property(fc.oneof(fc.tuple(number, number), near), ([value = 0, limit = 0]) => {
        const [a, b] = formatApart(value, limit).map(toNumber);
        expect(Math.sign((a ?? 0) - (b ?? 0))).toBe(Math.sign(value - limit) || 0);
      }),
    );
  });

  it('are short alone', () => {
    expect([0.010_002, 1234.5678, 388.61].map(formatValue)).toEqual(['0.01', '1,235', '388.6']);
  });
});
