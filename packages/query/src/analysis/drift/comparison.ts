/** Compares samples: each value of a field with all values that began before it. */

import { chiSquare, countsOf, kolmogorovSmirnov } from '@spanline/record/statistics';
import { type DriftField, Sample, type Seen, type Series } from './samples.ts';
import { topicsOf } from './topics.ts';

const LEAST = 20;

/** One comparison: a value of a field against all values of it that began earlier. */
export interface DriftRow {
  readonly field: DriftField;
  readonly value: string;
  /** `score:<name>`, `answer tokens`, `topics` or `refusals`. */
  readonly measure: string;
  /** Two-sample Kolmogorov–Smirnov test for numbers, chi-square for labels. */
  readonly test: 'ks' | 'chi-square';
  readonly samples: { readonly before: number; readonly after: number };
  /** Largest distance of the distribution functions, 0 to 1; or chi-square. */
  readonly statistic: number;
  /** After Holm's correction over all comparisons of the answer. */
  readonly p: number;
  readonly isDrift: boolean;
  /** Medians of numbers; shares of the label whose share moved most. */
  readonly before: number;
  readonly after: number;
  readonly label: string | undefined;
}

const median = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[values.length >> 1] ?? 0;

function ofNumbers(before: readonly number[], after: readonly number[]): Omit<DriftRow, keyof Place> {
  const { statistic, p } = kolmogorovSmirnov(before, after);
  return { test: 'ks', statistic, p, isDrift: false, before: median(before), after: median(after), label: undefined };
}

function ofLabels(before: readonly string[], after: readonly string[]): Omit<DriftRow, keyof Place> {
  const [one, two] = [countsOf(before), countsOf(after)];
  const { statistic, p } = chiSquare(one, two);
  const share = (label: string): [number, number] => [
    (one.get(label) ?? 0) / before.length,
    (two.get(label) ?? 0) / after.length,
  ];
  const moved = (label: string): number => Math.abs(share(label)[0] - share(label)[1]);
  // Of labels that moved alike, as two do, the rarer one.
  const [label] = [...new Set([...one.keys(), ...two.keys()])].toSorted(
    (a, b) =>
      (Math.abs(moved(b) - moved(a)) > 1e-9 ? moved(b) - moved(a) : share(a)[1] - share(b)[1]) || (a < b ? -1 : 1),
  );
  const [first, second] = share(label ?? '');
  return { test: 'chi-square', statistic, p, isDrift: false, before: first, after: second, label };
}

type Place = Pick<DriftRow, 'field' | 'value' | 'measure' | 'samples'>;

/** Compares each value of a series with all that began before it. A side with too few samples gives `undefined`. */
export function* compare({ field, measure, samples }: Series): Generator<DriftRow | undefined> {
  const earlier = new Sample();
  const topics = topicsOf([...samples.values()].flatMap(({ kept }) => kept.filter((seen) => Array.isArray(seen))));
  // Days may be read out of order; versions and models are in the order in which they began.
  const order = field === 'day' ? [...samples].toSorted(([a], [b]) => (a < b ? -1 : 1)) : [...samples];
  for (const [value, { kept }] of order) {
    const before = earlier.kept;
    if (before.length > 0) {
      const place: Place = { field, value, measure, samples: { before: before.length, after: kept.length } };
      if (Math.min(before.length, kept.length) < LEAST) yield undefined;
      else if (typeof kept[0] === 'number') {
        const numbers = (all: readonly Seen[]): number[] => all.filter((seen) => typeof seen === 'number');
        yield { ...place, ...ofNumbers(numbers(before), numbers(kept)) };
      } else {
        const labels = (all: readonly Seen[]): string[] =>
          all.map((seen) => (typeof seen === 'string' ? seen : topics(Array.isArray(seen) ? seen : [])));
        yield { ...place, ...ofLabels(labels(before), labels(kept)) };
      }
    }
    for (const seen of kept) earlier.add(seen);
  }
}
