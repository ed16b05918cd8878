/** The metrics of panels as PromQL. */
import { ATTRIBUTE_KEYS, type AttributeKey, checkOptions, option, type Shape } from '@spanline/record';
import type { MetricName } from '@spanline/record/metrics';
import { findSeries, SCORES, type Series } from './series.ts';

/** The labels of the fields that panels are split by. */
const LABELS: Partial<Record<AttributeKey, string>> = {
  'http.route': 'route',
  'span.name': 'step',
  'gen_ai.request.model': 'model',
  'gen_ai.tool.name': 'tool',
  'gen_ai.evaluation.name': 'name',
};

/** Metrics of panels that have another name in rules. */
const OF_SPANS: Partial<Record<MetricName, string>> = {
  spans: 'spans',
  step_p50_ms: 'latency_p50_ms',
  step_p95_ms: 'latency_p95_ms',
  step_p99_ms: 'latency_p99_ms',
};

function seriesOf(name: MetricName): Series | undefined {
  if (name === 'evaluations' || name === 'evaluation_score') return SCORES[name];
  const ofSpans = OF_SPANS[name];
  return ofSpans === undefined ? findSeries(name, 'requests') : findSeries(ofSpans, 'spans');
}

/** Options of {@link promql}. */
export interface PromqlOptions {
  /** Field that the metric is split by. */
  readonly by?: AttributeKey | undefined;
  /** Range of rates, such as `5m` or `$__rate_interval`. */
  readonly range: string;
  /** Label matchers, such as `job="rag-api"`. @defaultValue every series */
  readonly filter?: string;
}

const OPTIONS: Shape<PromqlOptions> = {
  by: option.oneOf(ATTRIBUTE_KEYS),
  range: option.required(option.string()),
  filter: option.like('a string', (value) => typeof value === 'string'),
};

/** The label of a field; `undefined` if `/metrics` has none. */
export function labelOfField(field: AttributeKey): string | undefined {
  return LABELS[field];
}

/** The expression of a metric; `undefined` if `/metrics` does not have it, or not by that field. */
export function promql(name: MetricName, options: PromqlOptions): string | undefined {
  checkOptions(OPTIONS, options);
  const { by, range, filter = '' } = options;
  const series = seriesOf(name);
  const label = by === undefined ? undefined : LABELS[by];
  if (series === undefined) return undefined;
  if (by !== undefined && (label === undefined || series.labels?.includes(label) !== true)) return undefined;
  return series.value({
    by: label === undefined ? [] : [label],
    window: range,
    prefix: 'spanline_',
    matchers: filter === '' ? [] : [filter],
  });
}
