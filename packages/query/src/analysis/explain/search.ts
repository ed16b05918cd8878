/**
 * Finds the splits that pick bad cases. Every split has an exact p-value (Fisher, one side). As there are thousands of
 * splits, the smallest p-value is compared with the smallest ones of random labels: the max-statistic of Westfall and
 * Young. It corrects for all splits at once, however they depend on each other.
 */

import { hypergeometricTails, logFactorials, randomNumbers } from '@spanline/record/statistics';
import type { Column, Split } from './columns.ts';

/** A split, and its counts. */
export interface TestedSplit {
  readonly split: Split;
  /** Cases that it picks, bad and good. */
  readonly bad: number;
  readonly good: number;
  /** Logarithm of its own p-value. */
  readonly logP: number;
  /** Probability that random labels have a split as good as this one anywhere. */
  readonly p: number;
}

/** The result of a search. */
export interface SearchResult {
  /** The best split of each column, the best first. */
  readonly best: readonly TestedSplit[];
  /** Number of splits. */
  readonly tested: number;
}

const PERMUTATIONS = 1000;
const SEED = 20_261_123;
const MIN_PICKED = 2;
/** Two p-values are the same if they differ only by rounding. */
const SAME = 1e-9;

/** Splits with their table of p-values, column by column. */
interface Scored {
  readonly codes: Uint16Array;
  readonly counts: Uint32Array;
  readonly splits: readonly { readonly split: Split; readonly picked: number; readonly tails: Float64Array }[];
}

/** Counts, for each code, the rows with a lower one. */
function accumulate(counts: Uint32Array, codes: Uint16Array, rows: Iterable<number>): void {
  for (const row of rows) {
    const place = (codes[row] ?? 0) + 1;
    counts[place] = (counts[place] ?? 0) + 1;
  }
  for (let code = 1; code < counts.length; code++) counts[code] = (counts[code] ?? 0) + (counts[code - 1] ?? 0);
}

function score(columns: readonly Column[], rows: readonly number[], marked: number): Scored[] {
  const all = rows.length;
  const logs = logFactorials(all);
  const tables = new Map<number, Float64Array>();
  const tailsOf = (picked: number): Float64Array => {
    const known = tables.get(picked) ?? hypergeometricTails({ all, marked, logs }, picked);
    tables.set(picked, known);
    return known;
  };
  return columns.map(({ codes, size, splits }) => {
    const counts = new Uint32Array(size + 1);
    accumulate(counts, codes, rows);
    const usable = splits.flatMap((split) => {
      const picked = (counts[split.to] ?? 0) - (counts[split.from] ?? 0);
      return picked < MIN_PICKED || picked === all ? [] : [{ split, picked, tails: tailsOf(picked) }];
    });
    return { codes, counts: new Uint32Array(size + 1), splits: usable };
  });
}

/** Calls back with each split and its number of bad cases. */
function countBad(
  { codes, counts, splits }: Scored,
  bad: Iterable<number>,
  each: (one: Scored['splits'][number], count: number) => void,
): void {
  counts.fill(0);
  accumulate(counts, codes, bad);
  for (const one of splits) each(one, (counts[one.split.to] ?? 0) - (counts[one.split.from] ?? 0));
}

/** The smallest p-values of random labels, the smallest first. */
function randomSmallest(scored: readonly Scored[], rows: readonly number[], marked: number): number[] {
  const random = randomNumbers(SEED);
  const order = Int32Array.from(rows);
  const smallest: number[] = [];
  for (let turn = 0; turn < PERMUTATIONS; turn++) {
    for (let place = 0; place < marked; place++) {
      const other = place + Math.floor(random() * (order.length - place));
      const row = order[place] ?? 0;
      order[place] = order[other] ?? 0;
      order[other] = row;
    }
    const labels = order.subarray(0, marked);
    let least = 0;
    for (const column of scored) {
      countBad(column, labels, ({ tails }, count) => {
        least = Math.min(least, tails[count] ?? 0);
      });
    }
    smallest.push(least);
  }
  return smallest.toSorted((a, b) => a - b);
}

/**
 * Searches the splits of columns.
 *
 * @param rows - cases to compare
 * @param isBad - by case
 */
export function search(columns: readonly Column[], rows: readonly number[], isBad: readonly boolean[]): SearchResult {
  const bad = rows.filter((row) => isBad[row]);
  const scored = score(columns, rows, bad.length);
  const smallest = randomSmallest(scored, rows, bad.length);
  const best = scored.flatMap((column) => {
    let found: Omit<TestedSplit, 'p'> | undefined;
    countBad(column, bad, ({ split, picked, tails }, count) => {
      const logP = tails[count] ?? 0;
      if (found === undefined || logP < found.logP - SAME) found = { split, bad: count, good: picked - count, logP };
    });
    if (found === undefined) return [];
    const { logP } = found;
    const asGood = smallest.filter((one) => one <= logP + SAME).length;
    return [{ ...found, p: (1 + asGood) / (1 + PERMUTATIONS) }];
  });
  const tested = scored.reduce((sum, { splits }) => sum + splits.length, 0);
  // Sorting keeps the order of equals, which is the order of the columns.
  return { best: best.toSorted((a, b) => (Math.abs(a.logP - b.logP) <= SAME ? 0 : a.logP - b.logP)), tested };
}
