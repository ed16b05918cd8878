/** Drift: whether scores, answers, topics and refusals of a prompt version, model or day differ from earlier ones. */

import { checkOptions, option, type Shape, type SpanRecord } from '@spanline/record';
import { holm } from '@spanline/record/statistics';
import { isSpanEnd, type ReadRecord } from '../../records/index.ts';
import { compare, type DriftRow } from './comparison.ts';
import {
  DRIFT_FIELDS,
  type DriftField,
  measuresOf,
  Sample,
  type Seen,
  type Series,
  type Values,
  valuesOf,
  withDay,
} from './samples.ts';

/** Options of {@link driftOf}. */
export interface DriftOptions {
  /** Fields to compare by. @defaultValue all three */
  by?: readonly DriftField[];
}

const SHAPE: Shape<DriftOptions> = { by: option.list<DriftField>(option.oneOf(DRIFT_FIELDS)) };

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
const MAX_SPANS = 200_000;

/**
 * Compares the distributions of scores, lengths of answers, topics and refusals by prompt version, model and day.
 * Scores belong to the model call of their span, else to the last one of their trace.
 *
 * @throws SpanlineError `ERR_INVALID_OPTION`
 */
export async function driftOf(records: AsyncIterable<ReadRecord>, options: DriftOptions = {}): Promise<Drift> {
  checkOptions(SHAPE, options);
  const { by: fields = DRIFT_FIELDS } = options;
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
