/** Samples of numbers, labels and questions of records, by measure and by value of a field. */

import { hasFilterReason, type SpanRecord } from '@spanline/record';
import { randomNumbers } from '@spanline/record/statistics';
import { wordsOf } from './topics.ts';

/** Fields whose values are compared. */
export const DRIFT_FIELDS = ['prompt.version', 'model', 'day'] as const;
export type DriftField = (typeof DRIFT_FIELDS)[number];

/** Observations that are kept of a measure of a value: a sample of all. */
const KEPT = 5000;

/** A number, a label, or the words of a question, which get their topic when all questions are known. */
export type Seen = number | string | readonly string[];

/** A sample of what was seen (reservoir sampling, with a fixed seed). */
export class Sample {
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
export type Values = Readonly<Partial<Record<DriftField, string>>>;

const dayOf = (record: SpanRecord): string | undefined => record['@timestamp']?.slice(0, 10);

export function valuesOf(record: SpanRecord): Values {
  const version = record['gen_ai.prompt.version'];
  const model = record['gen_ai.response.model'] ?? record['gen_ai.request.model'];
  return { ...(version === undefined ? {} : { 'prompt.version': version }), ...(model === undefined ? {} : { model }) };
}

export const withDay = (values: Values, record: SpanRecord): Values => {
  const day = dayOf(record);
  return day === undefined ? values : { ...values, day };
};

/** Measures of a model call. */
export function* measuresOf(record: SpanRecord): Generator<readonly [measure: string, seen: Seen]> {
  const tokens = record['gen_ai.usage.output_tokens'];
  if (typeof tokens === 'number') yield ['answer tokens', tokens];
  const reasons = record['gen_ai.response.finish_reasons'];
  if (Array.isArray(reasons)) yield ['refusals', hasFilterReason(reasons) ? 'refused' : 'answered'];
  const words = wordsOf(record['gen_ai.input.messages']);
  if (words.length > 0) yield ['topics', words];
}

/** Samples of one measure, by the values of one field. */
export interface Series {
  readonly field: DriftField;
  readonly measure: string;
  readonly samples: Map<string, Sample>;
}
