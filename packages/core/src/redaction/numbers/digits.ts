import { lazy } from '@spanline/record';
import type { Hint } from '../hints.ts';
import type { Range } from '../rule.ts';

/** Characters between the digits of a number. */
const BETWEEN = '[ ()./:,;|_=·+\\t\\r\\n-]{0,3}';
/** The beginnings of fractions, of dates and of times (ISO 8601), and their other parts. */
const NO_START = `(?<!\\d\\.?\\d|\\d{4}-(?:\\d\\d-)?\\d|\\d\\d:\\d)(?!(?<=0)\\.\\d|\\d{3}-[01]\\d-[0-3]\\d(?!\\d)|(?<=[0-5])\\d:[0-5]\\d(?!\\d))`;

/** Many digits with few other characters between them, and no fraction, date or time. */
export const A_NUMBER: Hint = { on: '\\d', then: `${NO_START}(?:${BETWEEN}\\d){6}` };

/** A run of digits in a text, and what stands between it and the run before. */
export interface DigitGroup extends Range {
  readonly digits: string;
  /** `undefined` for the first group of a cluster. */
  readonly separator: string | undefined;
}

/** Digits of the shortest number that is looked for in clusters: that of a card. */
export const MIN_DIGITS = 13;
/** Groups of digits with at most three characters between them. */
const CLUSTER = lazy(
  () =>
    new RegExp(
      `(?=\\d(?:${BETWEEN}\\d){${MIN_DIGITS - 1}})(?<!\\d)\\d{1,64}(?:(?:[ \\t]{1,2}|[ \\t]?[-.,;:/|_=·+][ \\t]?|[ \\t]?\\r?\\n[ \\t]?)\\d{1,64})*`,
      'g',
    ),
);
const GROUP = /\d+/g;
/** A letter makes a group of digits a part of a token. Underscores around a number alone are emphasis (Markdown). */
const TOKEN_BEHIND = lazy(() => new RegExp(String.raw`^(?:\p{L}|_[\p{L}\p{N}])`, 'u'));
const TOKEN_BEFORE = lazy(() => new RegExp(String.raw`(?:\p{L}|[\p{L}\p{N}]_)$`, 'u'));

/**
 * Groups of digits that stand together, such as a card number and its expiry date. A group that touches a letter is
 * part of a token, such as a digest or a tracking number, and ends the cluster.
 */
export function* digitClusters(text: string): Generator<DigitGroup[]> {
  for (const { 0: cluster, index } of text.matchAll(CLUSTER())) {
    const groups: DigitGroup[] = [];
    let last = 0;
    for (const { 0: digits, index: at } of cluster.matchAll(GROUP)) {
      groups.push({
        digits,
        separator: groups.length === 0 ? undefined : cluster.slice(last, at),
        start: index + at,
        end: index + at + digits.length,
      });
      last = at + digits.length;
    }
    const end = index + cluster.length;
    if (TOKEN_BEHIND().test(text.slice(end, end + 2))) groups.pop();
    // The first track of a card's stripe begins with `%B` (ISO/IEC 7813).
    const isTrack = text.slice(index - 2, index) === '%B';
    const isInToken = !isTrack && TOKEN_BEFORE().test(text.slice(Math.max(0, index - 2), index));
    if (isInToken && groups.shift() !== undefined && groups.length === 0) continue;
    if (groups.length > 0) yield groups;
  }
}
