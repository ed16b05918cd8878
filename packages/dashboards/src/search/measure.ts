/** Measures as aggregations of Elasticsearch and OpenSearch, and their results as numbers. */
import { profileKey, props } from '@spanline/record';
import type { Measure, Metric } from '@spanline/record/metrics';
import { type Json, type SearchProfile, selectionQuery } from './condition.ts';

const INNER = 'value';
const AGGREGATIONS = { sum: 'sum', mean: 'avg', min: 'min' } as const;

function innerOf(measure: Measure, profile: SearchProfile): Json | undefined {
  if (measure.kind === 'count') return undefined;
  const field = profileKey(measure.field, profile);
  if (measure.kind === 'quantile') return { percentiles: { field, percents: [measure.at * 100], keyed: false } };
  return { [AGGREGATIONS[measure.kind]]: { field } };
}

function aggregationOf(measure: Measure, profile: SearchProfile): Json {
  const inner = innerOf(measure, profile);
  const filter = selectionQuery(measure.where, profile);
  return inner === undefined ? { filter } : { filter, aggs: { [INNER]: inner } };
}

/** The name of the aggregation of a measure. */
export const valueName = (metric: string, part: 'of' | 'per', index: number): string => `${metric}_${part}_${index}`;

/** The aggregations of a metric, to be put side by side with those of others. */
export function metricAggregations(
  name: string,
  { of, per = [] }: Metric,
  profile: SearchProfile,
): Record<string, Json> {
  const parts = [...of.entries()].map(([index, measure]) => [valueName(name, 'of', index), measure] as const);
  const whole = [...per.entries()].map(([index, measure]) => [valueName(name, 'per', index), measure] as const);
  return Object.fromEntries([...parts, ...whole].map(([key, measure]) => [key, aggregationOf(measure, profile)]));
}

function numberOf(measure: Measure, result: unknown): number | undefined {
  const { doc_count: count, [INNER]: inner } = props(result);
  if (measure.kind === 'count') return typeof count === 'number' ? count : undefined;
  const { value, values } = props(inner);
  const found = measure.kind === 'quantile' && Array.isArray(values) ? props(values[0])['value'] : value;
  return typeof found === 'number' && Number.isFinite(found) ? found : undefined;
}

function sumOf(measures: readonly Measure[], numbers: readonly (number | undefined)[]): number | undefined {
  if (measures.length === 0 || numbers.includes(undefined)) return undefined;
  return numbers.reduce<number>((sum, number) => sum + (number ?? 0), 0);
}

/** A metric's value. `undefined` without data: a ratio of nothing, a quantile of no lines. */
export function readMetric(name: string, metric: Metric, results: unknown): number | undefined {
  const { of, per, factor = 1 } = metric;
  const all = props(results);
  const read = (part: 'of' | 'per', measures: readonly Measure[]): number | undefined =>
    sumOf(
      measures,
      measures.map((measure, index) => numberOf(measure, all[valueName(name, part, index)])),
    );
  const value = read('of', of);
  if (value === undefined) return undefined;
  if (per === undefined) return value * factor;
  const whole = read('per', per);
  return whole === undefined || whole === 0 ? undefined : (value * factor) / whole;
}
