/** Numbers of payment cards (ISO/IEC 7812-1). */

import { matchAt } from '../lines.ts';
import type { Range, Rule } from '../rule.ts';
import { A_NUMBER, type DigitGroup, digitClusters, MIN_DIGITS } from './digits.ts';

const MAX_DIGITS = 19;

/** How the numbers of networks in use begin, and how many digits they have. */
const NETWORKS: readonly RegExp[] = [
  /^4(?:\d{12}|\d{15}|\d{18})$/,
  /^(?:5[1-5]|222[1-9]|22[3-9]|2[3-6]|27[01]|2720)\d*$(?<=^\d{16})/,
  /^3[47]\d{13}$/,
  /^(?:30[0-5]|3095|36|38|39)\d*$(?<=^\d{14,19})/,
  /^35(?:2[89]|[3-8])\d*$(?<=^\d{16,19})/,
  /^(?:6|81|82)\d*$(?<=^\d{16,19})/,
  /^(?:50|5[6-8])\d*$(?<=^\d{13,19})/,
  /^(?:220[0-4]|9792)\d*$(?<=^\d{16,19})/,
];

/** Checks the check digit (Luhn). */
function isLuhn(digits: string): boolean {
  let sum = 0;
  for (let index = 0; index < digits.length; index++) {
    let digit = Number(digits[digits.length - 1 - index]);
    if (index % 2 === 1) digit = digit * 2 > 9 ? digit * 2 - 9 : digit * 2;
    sum += digit;
  }
  return sum % 10 === 0;
}

/** True for a card number of a network in use. The networks' prefixes keep timestamps and counters out. */
function isCard(digits: string): boolean {
  if (digits.length < MIN_DIGITS || digits.length > MAX_DIGITS || /^(\d)\1+$/.test(digits)) return false;
  return NETWORKS.some((network) => network.test(digits)) && isLuhn(digits);
}

/** An expiry date and a verification code that are written behind the number without anything between. */
const BEHIND = /^(?:0[1-9]|1[0-2])(?:2[4-9]|3\d|4[0-5])\d{0,4}$/;
const LENGTHS = [16, 15, 14, 13, 19];

/** Length of the card number at the beginning of a group. */
function cardLength(digits: string): number | undefined {
  if (isCard(digits)) return digits.length;
  return LENGTHS.find((length) => BEHIND.test(digits.slice(length)) && isCard(digits.slice(0, length)));
}

/** Lines of a number whose groups have a line each. */
const MAX_BREAKS = 3;

/** Sizes of groups that people write, and of no amount: thousands have groups of three. */
function isGrouping(groups: readonly DigitGroup[]): boolean {
  const sizes = groups.map(({ digits }) => digits.length);
  const inner = sizes.slice(0, -1);
  if (sizes.length > 5) return [8, 16].includes(sizes.length) && sizes.every((size) => size === 16 / sizes.length);
  const isAmount = sizes.slice(1).every((size) => size === 3);
  return !isAmount && inner.every((size) => size >= 3);
}

/** A number behind a point, or behind `0,`, is a fraction; one before a point is an amount. */
function isFraction(groups: readonly DigitGroup[], index: number): boolean {
  const { separator } = groups[index] ?? {};
  const before = groups[index - 1]?.digits ?? '';
  return (
    groups[index + 1]?.separator === '.' ||
    separator === '.' ||
    (separator === ',' && /^0+$/.test(before) && groups.length === 2)
  );
}

const isBroken = (separator: string | undefined): boolean => separator?.includes('\n') === true;

/** Groups of a number, one a line, and no column of a table, which has more lines with as many digits. */
function isStack(groups: readonly DigitGroup[], first: number, count: number): boolean {
  const sizes = groups.map(({ digits }) => digits.length);
  const own = sizes.slice(first, first + count).join();
  const isAlone = sizes[first - 1] !== 4 && sizes[first + count] !== sizes[first + count - 1];
  return isAlone && ['4,4,4,4', '4,6,5', '4,6,4'].includes(own);
}

/** The groups from `first` on that are one card number: how many they are. */
function cardGroups(groups: readonly DigitGroup[], first: number): number {
  const separators = groups.slice(first + 1, first + MAX_DIGITS).map((group) => group.separator);
  const separator = separators.find((some) => !isBroken(some));
  let breaks = 0;
  let digits = groups[first]?.digits ?? '';
  for (let count = 2; first + count <= groups.length && digits.length < MAX_DIGITS; count++) {
    const next = groups[first + count - 1];
    if (next === undefined) return 0;
    if (isBroken(next.separator)) breaks++;
    else if (next.separator !== separator) return 0;
    if (breaks > MAX_BREAKS) return 0;
    digits += next.digits;
    const some = groups.slice(first, first + count);
    if (!isCard(digits) || !isGrouping(some)) continue;
    if (breaks > 1 && !isStack(groups, first, count)) continue;
    // A number that one line break divides has groups of four; one of single digits stands alone.
    if (breaks === 1 && some.some((group) => group.digits.length !== 4)) continue;
    if (count < 16 || groups.length === count) return count;
  }
  return 0;
}

/** RFC 9562. The digits of one may pass for a card number. */
const UUID = /[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}(?![\da-z])/iy;

function* cardsIn(text: string): Generator<Range> {
  for (const groups of digitClusters(text)) {
    if (groups[0] !== undefined && matchAt(UUID, text, groups[0].start) !== null) continue;
    for (let index = 0; index < groups.length; index++) {
      const { start = 0, digits = '' } = groups[index] ?? {};
      const length = digits.length < MIN_DIGITS || isFraction(groups, index) ? undefined : cardLength(digits);
      if (length !== undefined) yield { start, end: start + length };
      const count = length === undefined ? cardGroups(groups, index) : 0;
      const last = groups[index + count - 1];
      if (count > 0 && last !== undefined) {
        yield { start, end: last.end };
        index += count - 1;
      }
    }
  }
}

export const CARD: Rule = {
  name: 'CARD',
  credential: false,
  hints: () => [A_NUMBER],
  find: cardsIn,
};
