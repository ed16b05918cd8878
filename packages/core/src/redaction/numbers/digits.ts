import type { Hint } from '../hints.ts';
import type { Range } from '../rule.ts';

/** Many digits with few other characters between them, and no fraction. */
export const A_NUMBER: Hint = { on: '\\d', then: '(?<!\\d\\.?\\d)(?!(?<=0)\\.\\d)(?:[ ()./:,;|_=·\\t-]{0,3}\\d){6}' };

/** A run of digits in a text, and what stands between it and the run before. */
export interface DigitGroup extends Range {
  readonly digits: string;
  /** `undefined` for the first group of a cluster. */
  readonly separator: string | undefined;
}

/** Groups of digits with at most three characters between them. */
const CLUSTER = /(?<![\d])\d{1,64}(?:(?:[ \t]{1,2}|[ \t]?[-.,;:/|_=·][ \t]?)\d{1,64})*/g;
const GROUP = /\d+/g;
const LETTER = /[\p{L}_]/u;

/**
 * Groups of digits that stand together, such as a card number and its expiry date. A group that touches a letter is
 * part of a token, such as a digest or a tracking number, and ends the cluster.
 */
export function* digitClusters(text: string, minDigits: number): Generator<DigitGroup[]> {
  for (const { 0: cluster, index } of text.matchAll(CLUSTER)) {
    if (cluster.length < minDigits) continue;
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
    if (LETTER.test(text.charAt(end))) groups.pop();
    if (LETTER.test(text.charAt(index - 1)) && groups.shift() !== undefined && groups.length === 0) continue;
    if (groups.length > 0) yield groups;
  }
}
