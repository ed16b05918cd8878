/** Drift: whether scores, answers, topics and refusals of a prompt version, model or day differ from earlier ones. */

import { chiSquare, countsOf, holm, kolmogorovSmirnov, randomNumbers, type SpanRecord } from '@spanline/record';
import { isSpanEnd, type ReadRecord } from '../../records/index.ts';
import { topicsOf, wordsOf } from './topics.ts';

/** Fields whose values are compared. */
export const DRIFT_FIELDS = ['prompt.version', 'model', 'day'] as const;
export type DriftField = (typeof DRIFT_FIELDS)[number];

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

/** The answer. */
export interface Drift {
  /** Comparisons, the least likely by chance first. */
  readonly rows: readonly DriftRow[];
  /** Comparisons that were left out, because a side has fewer than 20 samples. */
  readonly tooFew: number;
  /** Scores, and ids of spans and traces, that were left out, because there are more than 200,000 of each. */
  readonly leftOut: number;
}

/** A comparison is drift below this probability. */
export const DRIFT_LEVEL = 0.05;
const LEAST = 20;
/** Observations that are kept of a measure of a value: a sample of all. */
const KEPT = 5000;
const MAX_SPANS = 200_000;
const REFUSED: ReadonlySet<string> = new Set(['content_filter', 'refusal', 'safety', 'guardrail_intervened']);

/** A number, a label, or the words of a question, which get their topic when all questions are known. */
type Seen = number | string | readonly string[];

/** A sample of what was seen (reservoir sampling, with a fixed seed). */
class Sample {
  readonly kept: Seen[] = [];
  readonly #random = randomNumbers(1);
  #count = 0;

  add(seen: Seen): void {
    this.#count++;
    if (this.kept.length < KEPT) this.kept.push(seen);
    else {
      const at = Math.floor(this.#random() * this.#count);
      if (at < KEPT) this.kept[at] = seen;
    }
  }
}

/** Values of the fields of a record. */
type Values = Readonly<Partial<Record<DriftField, string>>>;

const dayOf = (record: SpanRecord): string | undefined => record['@timestamp']?.slice(0, 10);

function valuesOf(record: SpanRecord): Values {
  const version = record['gen_ai.prompt.version'];
  const model = record['gen_ai.response.model'] ?? record['gen_ai.request.model'];
  return { ...(version === undefined ? {} : { 'prompt.version': version }), ...(model === undefined ? {} : { model }) };
}

const withDay = (values: Values, record: SpanRecord): Values => {
  const day = dayOf(record);
  return day === undefined ? values : { ...values, day };
};

/** Measures of a model call. */
function* measuresOf(record: SpanRecord): Generator<readonly [measure: string, seen: Seen]> {
  const tokens = record['gen_ai.usage.output_tokens'];
  if (typeof tokens === 'number') yield ['answer tokens', tokens];
  const reasons = record['gen_ai.response.finish_reasons'];
  if (Array.isArray(reasons))
    yield ['refusals', reasons.some((reason) => REFUSED.has(reason)) ? 'refused' : 'answered'];
  const words = wordsOf(record['gen_ai.input.messages']);
  if (words.length > 0) yield ['topics', words];
}

/** Samples of one measure, by the values of one field. */
interface Series {
  readonly field: DriftField;
  readonly measure: string;
  readonly samples: Map<string, Sample>;
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

/** Compares each value of a series with all that began before it. */
function* compare({ field, measure, samples }: Series): Generator<DriftRow | undefined> {
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

/**
 * Compares the distributions of scores, lengths of answers, topics and refusals by prompt version, model and day.
 * Scores belong to the model call of their span, else to the last one of their trace.
 *
 * @param fields - fields to compare by
 */
export async function driftOf(
  records: AsyncIterable<ReadRecord>,
  fields: readonly DriftField[] = DRIFT_FIELDS,
): Promise<Drift> {
  const series = new Map<string, Series>();
  const calls = new Map<string, Values>();
  const scores: SpanRecord[] = [];
  let leftOut = 0;

  function add(values: Values, measure: string, seen: Seen): void {
    for (const field of fields) {
      const value = values[field];
      if (value === undefined) continue;
      const key = JSON.stringify([field, measure, typeof seen === 'number']);
      let own = series.get(key);
      if (own === undefined) series.set(key, (own = { field, measure, samples: new Map() }));
      let sample = own.samples.get(value);
      if (sample === undefined) own.samples.set(value, (sample = new Sample()));
      sample.add(seen);
    }
  }

  function remember(id: string | undefined, values: Values): void {
    if (id === undefined) return;
    if (calls.size < MAX_SPANS || calls.has(id)) calls.set(id, values);
    else leftOut++;
  }

  for await (const { kind, record } of records) {
    if (kind === 'score') {
      if (scores.length < MAX_SPANS) scores.push(record);
      else leftOut++;
    } else if (isSpanEnd(kind, record) && record['span.type'] === 'llm') {
      const values = valuesOf(record);
      remember(record.span_id, values);
      remember(record.trace_id, values);
      for (const [measure, seen] of measuresOf(record)) add(withDay(values, record), measure, seen);
    }
  }
  for (const record of scores) {
    const values = calls.get(record.span_id ?? '') ?? calls.get(record.trace_id ?? '') ?? valuesOf(record);
    const measure = `score:${record['gen_ai.evaluation.name'] ?? '(no name)'}`;
    const seen = record['gen_ai.evaluation.score.value'] ?? record['spanline.evaluation.label'];
    if (seen !== undefined) add(withDay(values, record), measure, seen);
  }
  const compared = [...series.values()].flatMap((own) => [...compare(own)]);
  const rows = compared.filter((row) => row !== undefined);
  const ps = holm(rows.map(({ p }) => p));
  const adjusted = rows.map((row, at): DriftRow => {
    const p = ps[at] ?? 1;
    return { ...row, p, isDrift: p < DRIFT_LEVEL };
  });
  return { rows: adjusted.toSorted((a, b) => a.p - b.p), tooFew: compared.length - rows.length, leftOut };
}
