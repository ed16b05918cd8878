import { describe, expect, it } from 'vitest';
import { roundFixed, roundSignificant } from '../../src/usage/index.ts';

/** Prices of tokens in US dollars, and of what is free. */
const PRICES = [0, 1.5e-7, 6e-7, 2.5e-6, 1e-5, 1 / 3e5, 0.075, 1e-13];
const COUNTS = [0, 1, 2, 3, 7, 12, 40, 999, 1000, 1001, 98_765, 1_000_000];
/** Halves, powers of ten and their neighbours, and numbers without digits. */
const EDGES = [0.5, 2.5, 0.125, 1.0005, 999.5, 1e-7, 1e-10, 0.00000000005, 9.999999999995, 1e12, 1e21, -2.5, -0.125];
const NEIGHBOURS = [0.001, 0.01, 1, 10].flatMap((power) => [power * (1 - 2 ** -52), power, power * (1 + 2 ** -52)]);
const NUMBERS = [
  ...PRICES.flatMap((price) => COUNTS.map((count) => price * count)),
  ...EDGES,
  ...NEIGHBOURS,
  Number.NaN,
  Number.POSITIVE_INFINITY,
];

describe('rounding of US dollars', () => {
  it.each([3, 12])('rounds to %i significant digits as toPrecision does', (digits) => {
    const rounded = NUMBERS.map((value) => roundSignificant(value, digits));
    expect(rounded).toEqual(NUMBERS.map((value) => Number(value.toPrecision(digits))));
  });

  it('rounds to digits after the point as toFixed does', () => {
    expect(NUMBERS.map((value) => roundFixed(value, 10))).toEqual(NUMBERS.map((value) => Number(value.toFixed(10))));
  });
});
