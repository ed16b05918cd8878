/** The conditions that bad cases fulfil more often than good ones. */

import { wilson } from '@spanline/record/statistics';
import type { Column, Split } from './columns.ts';
import type { CauseSplit } from './explanation.ts';
import { search, type TestedSplit } from './search.ts';
import { type Sides, weigh } from './sides.ts';
import { describe } from './words.ts';

const ALPHA = 0.05;
/** Bad cases that a cause covers at least, and their share. */
const MIN_BAD = 2;
const MIN_SUPPORT = 0.1;
const MAX_CAUSES = 3;

function picks({ column, from, to }: Split, row: number): boolean {
  const code = column.codes[row] ?? 0;
  return code >= from && code < to;
}

/** A split as an answer names it. */
export function toSplit({ rows, isBad }: Sides, { split, p }: TestedSplit): CauseSplit {
  const { subject } = split.column;
  const picked = rows.filter((_, row) => picks(split, row));
  const bad = weigh(rows.filter((_, row) => isBad[row] && picks(split, row)));
  const allBad = weigh(rows.filter((_, row) => isBad[row]));
  const weight = weigh(picked);
  const base = allBad / weigh(rows);
  // Kish: the number of observations that weighted ones are worth.
  const effective = weight ** 2 / picked.reduce((sum, one) => sum + one.weight ** 2, 0);
  const { low, high } = wilson(bad / weight, effective);
  return {
    subject,
    condition: split.condition,
    text: describe(subject, split.condition),
    bad: Math.round(bad),
    good: Math.round(weight - bad),
    support: bad / allBad,
    lift: bad / weight / base,
    liftInterval: { low: low / base, high: high / base },
    p,
  };
}

/** Correlation of two splits. */
function phi(rows: number, one: Split, other: Split): number {
  let [both, first, second] = [0, 0, 0];
  for (let row = 0; row < rows; row++) {
    const [a, b] = [picks(one, row), picks(other, row)];
    both += Number(a && b);
    first += Number(a);
    second += Number(b);
  }
  const spread = Math.sqrt(first * (rows - first) * second * (rows - second));
  return spread === 0 ? 0 : (rows * both - first * second) / spread;
}

interface Found {
  readonly cause: TestedSplit;
  readonly like: { readonly split: TestedSplit; readonly phi: number }[];
}

/**
 * Finds the strongest cause, sets its traces aside, and goes on with the rest. A condition that no longer helps there
 * goes along with the cause that it resembles.
 */
export function findCauses(columns: readonly Column[], { rows, isBad }: Sides): { found: Found[]; tested: number } {
  const allBad = isBad.filter(Boolean).length;
  const found: Found[] = [];
  const others: TestedSplit[] = [];
  let left = rows.map((_, row) => row);
  let tested = 0;
  while (found.length < MAX_CAUSES && left.filter((row) => isBad[row]).length >= MIN_BAD) {
    const result = search(columns, left, isBad);
    tested ||= result.tested;
    const good = result.best.filter(({ p, bad }) => p <= ALPHA && bad >= Math.max(MIN_BAD, allBad * MIN_SUPPORT));
    const [cause, ...rest] = good;
    if (cause === undefined) break;
    found.push({ cause, like: [] });
    if (found.length === 1) others.push(...rest);
    left = left.filter((row) => !picks(cause.split, row));
  }
  for (const split of others) {
    if (found.some(({ cause }) => cause.split.column === split.split.column)) continue;
    const [closest] = found
      .map((one) => ({ one, phi: phi(rows.length, one.cause.split, split.split) }))
      .toSorted((a, b) => b.phi - a.phi);
    closest?.one.like.push({ split, phi: closest.phi });
  }
  return { found, tested };
}
