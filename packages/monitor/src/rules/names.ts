/** Metrics that are counts and sums: one sample is enough to mean something. */
const COUNTS: readonly string[] = [
  'requests',
  'spans',
  'errors',
  'timeouts',
  'llm_calls',
  'tool_calls',
  'tool_errors',
  'retrievals',
  'rate_limited',
  'input_tokens',
  'output_tokens',
  'cache_read_tokens',
  'cache_write_tokens',
  'reasoning_tokens',
  'total_tokens',
  'cost_usd',
  'daily_tokens',
  'daily_spend_usd',
  'safety_triggers',
  'prompt_injections',
  'queue_depth',
  'rate_limit_remaining_ratio',
];

/** Metrics that are shares, means and quantiles. */
const RATIOS: readonly string[] = [
  'latency_p50_ms',
  'latency_p95_ms',
  'latency_p99_ms',
  'error_rate',
  'availability',
  'timeout_rate',
  'tokens_per_request',
  'cost_per_request_usd',
  'time_to_first_token_p50_ms',
  'time_to_first_token_p95_ms',
  'tokens_per_second',
  'cache_hit_ratio',
  'documents_per_retrieval',
  'retrieval_score',
  'empty_retrieval_rate',
  'tool_error_rate',
  'thumbs_down_rate',
];

/** Every metric with a fixed name. */
export const METRIC_NAMES: readonly string[] = [...COUNTS, ...RATIOS];

const FIXED: ReadonlySet<string> = new Set(METRIC_NAMES);
const COUNT_NAMES: ReadonlySet<string> = new Set(COUNTS);
const OPEN_NAME = /^(?:[A-Za-z0-9_.-]{1,100}_(?:score|rate)|gauge\.[A-Za-z0-9_]{1,100})$/;

/** True for fixed names, `<evaluation>_score`, `<evaluation>_rate` and `gauge.<name>`. */
export function isMetricName(name: string): boolean {
  return FIXED.has(name) || OPEN_NAME.test(name);
}

const LEAST_FOR_RATIOS = 20;

/** Samples that a window needs by default before a value of the metric means anything. */
export function leastSamples(metric: string): number {
  return COUNT_NAMES.has(metric) || metric.startsWith('gauge.') ? 1 : LEAST_FOR_RATIOS;
}
