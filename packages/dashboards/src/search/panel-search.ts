/** A panel as a search of Elasticsearch or OpenSearch, and its rows. */
import { profileKey, props } from '@spanline/record';
import { type Metric, METRICS, type Panel } from '@spanline/record/metrics';
import { type Json, type SearchProfile } from './condition.ts';
import { metricAggregations, readMetric } from './measure.ts';

/** Documents that a panel is made of. */
export interface SearchRange {
  readonly profile: SearchProfile;
  /** ISO 8601 or date math, such as `now-24h`. */
  readonly from: string;
  readonly to: string;
}

/** A row: the value of the field, the start of the bucket, and the metrics that have data. */
export interface PanelRow {
  readonly key?: string;
  readonly time?: string;
  readonly values: Readonly<Record<string, number>>;
}

const BY = 'by';
const TIME = 'time';
const ROWS = 10;

const metricsOf = ({ metrics }: Panel): [string, Metric][] => metrics.map((name) => [name, METRICS[name]]);

/** The aggregations of a panel. Buckets of a field are named `by`, those of time `time`. */
export function panelAggregations(panel: Panel, profile: SearchProfile): Json {
  const values = Object.assign(
    {},
    ...metricsOf(panel).map(([name, metric]) => metricAggregations(name, metric, profile)),
  ) as Json;
  const interval = panel.every === 'day' ? { calendar_interval: 'day' } : { fixed_interval: '1h' };
  const overTime = { [TIME]: { date_histogram: { field: '@timestamp', ...interval, min_doc_count: 1 }, aggs: values } };
  const inner = panel.kind === 'time' ? overTime : values;
  return panel.by === undefined
    ? inner
    : { [BY]: { terms: { field: profileKey(panel.by, profile), size: ROWS }, aggs: inner } };
}

/** The body of the search of a panel. */
export function panelSearch(panel: Panel, { profile, from, to }: SearchRange): Json {
  const range = { range: { '@timestamp': { gte: from, lte: to } } };
  return { size: 0, query: { bool: { filter: [range] } }, aggs: panelAggregations(panel, profile) };
}

function valuesOf(panel: Panel, results: unknown): Record<string, number> {
  const read = metricsOf(panel).map(([name, metric]) => [name, readMetric(name, metric, results)] as const);
  return Object.fromEntries(read.filter((entry): entry is [string, number] => entry[1] !== undefined));
}

function bucketsOf(results: unknown, name: string): Record<string, unknown>[] {
  const { buckets } = props(props(results)[name]);
  return Array.isArray(buckets) ? buckets.map((bucket) => props(bucket)) : [];
}

function timed(panel: Panel, results: unknown): PanelRow[] {
  if (panel.kind !== 'time') return [{ values: valuesOf(panel, results) }];
  return bucketsOf(results, TIME).map((bucket) => ({
    time: String(bucket['key_as_string']),
    values: valuesOf(panel, bucket),
  }));
}

/** The rows of an answer. A row without a value of any metric is left out. */
export function panelRows(panel: Panel, answer: unknown): PanelRow[] {
  const results = props(answer)['aggregations'];
  const rows =
    panel.by === undefined
      ? timed(panel, results)
      : bucketsOf(results, BY).flatMap((bucket) =>
          timed(panel, bucket).map((row) => ({ key: String(bucket['key']), ...row })),
        );
  return rows.filter(({ values }) => Object.values(values).some((value) => value !== 0));
}
