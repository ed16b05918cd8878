/** The metrics of rules as PromQL over `/metrics` of `@spanline/monitor/prometheus`. */
import { type LossName, Refusal } from '../compiled.ts';
import type { PlainRule } from '../plain-rule.ts';

/** Where an expression is evaluated. */
export interface Scope {
  /** Prefix of the names. */
  readonly prefix: string;
  /** Such as `15m`. */
  readonly window: string;
  /** Label matchers of every series. */
  readonly matchers: readonly string[];
  /** Labels that are kept. */
  readonly by: readonly string[];
}

type Expression = (scope: Scope) => string;

/** A metric as an expression. */
export interface Series {
  readonly value: Expression;
  /** The number of samples of the window. `undefined` for a count, a sum and a gauge. */
  readonly samples?: Expression;
  readonly losses?: readonly LossName[];
  /** A count or a sum. @defaultValue false */
  readonly isTally?: boolean;
  /** The largest value that the metric can have. */
  readonly most?: number;
}

/** The largest bucket of the histograms of durations. A quantile above it is shown as this. */
const LONGEST_MS = 300_000;

/** `by (step) ` behind an aggregation, or nothing. */
export const keeping = (labels: readonly string[]): string =>
  labels.length === 0 ? '' : ` by (${labels.join(', ')}) `;

/** A text in PromQL. */
export const quoted = (text: string): string => JSON.stringify(text.toWellFormed());

const selector = (name: string, own: readonly string[], { prefix, matchers }: Scope): string => {
  const all = [...own, ...matchers].join(', ');
  return all === '' ? prefix + name : `${prefix}${name}{${all}}`;
};

const increase =
  (name: string, ...own: readonly string[]): Expression =>
  (scope) =>
    `sum${keeping(scope.by)}(increase(${selector(name, own, scope)}[${scope.window}]))`;

/** Nothing counts as 0. With labels that are kept, there is no series to be 0. */
const orZero =
  (expression: Expression): Expression =>
  (scope) =>
    scope.by.length === 0 ? `(${expression(scope)} or vector(0))` : expression(scope);

const sumOf = (expression: Expression): Series => ({ value: orZero(expression), isTally: true });
const tally = (name: string, ...own: readonly string[]): Series => sumOf(increase(name, ...own));

const ratioOf = (part: Expression, whole: Expression, samples = whole, losses: readonly LossName[] = []): Series => ({
  value: (scope) => `((${part(scope)} or ${whole(scope)} * 0) / ${whole(scope)})`,
  samples,
  losses,
});

const quantile = (name: string, at: number): Series => ({
  value: (scope) => {
    const buckets = `sum${keeping(['le', ...scope.by])}(increase(${selector(`${name}_bucket`, [], scope)}[${scope.window}]))`;
    return `1000 * histogram_quantile(${at}, ${buckets})`;
  },
  samples: increase(`${name}_count`),
  losses: ['histogram-buckets'],
  most: LONGEST_MS,
});

const requests = increase('requests_total');
const calls = increase('llm_calls_total');
const tools = increase('tool_calls_total');
const retrievals = increase('retrievals_total');
const tokens = increase('tokens_total', 'kind=~"input|output"');
const cost = increase('cost_usd_total');
const failed = 'status="error"';
const ofKind = (kind: string): Series => tally('tokens_total', `kind="${kind}"`);
const daily = ({ value, losses = [], ...series }: Series): Series => ({
  ...series,
  value: (scope) => value({ ...scope, window: '1d' }),
  losses: [...losses, 'rolling-day'],
});
const costSeries: Series = { ...sumOf(cost), losses: ['unpriced'] };

const OF_REQUESTS: Readonly<Record<string, Series>> = {
  requests: tally('requests_total'),
  errors: tally('requests_total', failed),
  error_rate: ratioOf(increase('requests_total', failed), requests),
  availability: ratioOf(increase('requests_total', 'status!="error"'), requests),
  timeout_rate: ratioOf(increase('errors_total', 'class="timeout"'), requests),
  latency_p50_ms: quantile('request_duration_seconds', 0.5),
  latency_p95_ms: quantile('request_duration_seconds', 0.95),
  latency_p99_ms: quantile('request_duration_seconds', 0.99),
  llm_calls: tally('llm_calls_total'),
  llm_errors: tally('llm_calls_total', failed),
  llm_error_rate: ratioOf(increase('llm_calls_total', failed), calls),
  input_tokens: ofKind('input'),
  output_tokens: ofKind('output'),
  cache_read_tokens: ofKind('cache_read'),
  cache_write_tokens: ofKind('cache_write'),
  reasoning_tokens: ofKind('reasoning'),
  total_tokens: sumOf(tokens),
  tokens_per_request: ratioOf(tokens, requests),
  daily_tokens: daily(sumOf(tokens)),
  cost_usd: costSeries,
  cost_per_request_usd: ratioOf(cost, requests, requests, ['unpriced']),
  daily_spend_usd: daily(costSeries),
  time_to_first_token_p50_ms: quantile('time_to_first_token_seconds', 0.5),
  time_to_first_token_p95_ms: quantile('time_to_first_token_seconds', 0.95),
  cache_hit_ratio: ratioOf(
    increase('tokens_total', 'kind="cache_read"'),
    increase('tokens_total', 'kind="input"'),
    calls,
  ),
  tool_calls: tally('tool_calls_total'),
  tool_errors: tally('tool_calls_total', failed),
  tool_error_rate: ratioOf(increase('tool_calls_total', failed), tools),
  safety_triggers: tally('safety_triggers_total'),
  prompt_injections: tally('prompt_injections_total'),
  thumbs_down_rate: ratioOf(increase('feedback_total', 'rating="negative"'), increase('feedback_total')),
  rate_limit_remaining_ratio: {
    value: (scope) => `min(min_over_time(${selector('rate_limit_remaining_ratio', [], scope)}[${scope.window}]))`,
    losses: ['gauge-last'],
  },
};

/** Metrics whose series have the label `step`. */
const OF_ANY: Readonly<Record<string, Series>> = {
  timeouts: tally('errors_total', 'class="timeout"'),
  rate_limited: tally('errors_total', 'class="rate_limit"'),
  retrievals: tally('retrievals_total'),
  documents_per_retrieval: ratioOf(increase('retrieved_documents_sum'), retrievals),
  empty_retrieval_rate: ratioOf(increase('retrievals_total', 'empty="true"'), retrievals),
};

const spans = increase('step_duration_seconds_count');

/** Spans count as requests. */
const OF_STEPS: Readonly<Record<string, Series>> = {
  requests: tally('step_duration_seconds_count'),
  spans: tally('step_duration_seconds_count'),
  timeout_rate: ratioOf(increase('errors_total', 'class="timeout"'), spans),
  latency_p50_ms: quantile('step_duration_seconds', 0.5),
  latency_p95_ms: quantile('step_duration_seconds', 0.95),
  latency_p99_ms: quantile('step_duration_seconds', 0.99),
};

const OPEN = /^(?:gauge\.(?<gauge>.+)|(?<evaluation>.+)_(?<kind>score|rate))$/;

function openSeries(metric: string): Series | undefined {
  const groups = OPEN.exec(metric === 'queue_depth' ? 'gauge.queue_depth' : metric)?.groups;
  if (groups === undefined) return undefined;
  const { gauge, evaluation = '', kind } = groups;
  if (gauge !== undefined) {
    const name = `name=${quoted(gauge)}`;
    const value: Expression = (scope) => `sum(last_over_time(${selector('gauge', [name], scope)}[${scope.window}]))`;
    return { value, losses: ['gauge-last'] };
  }
  const name = `name=${quoted(evaluation)}`;
  if (kind === 'score') {
    return ratioOf(increase('evaluation_score_sum', name), increase('evaluation_score_count', name));
  }
  return ratioOf(
    increase('evaluation_results_total', name, 'result="yes"'),
    increase('evaluation_results_total', name),
  );
}

/** @throws Refusal for a metric that `/metrics` does not have, or not by step */
export function seriesOf({ metric, unit }: Pick<PlainRule, 'metric' | 'unit'>): Series {
  const found = (table: Readonly<Record<string, Series>>): Series | undefined =>
    Object.hasOwn(table, metric) ? table[metric] : undefined;
  const ofAny = found(OF_ANY);
  if (ofAny !== undefined) return ofAny;
  const ofRequests = found(OF_REQUESTS) ?? openSeries(metric);
  const series = unit === 'requests' ? ofRequests : found(OF_STEPS);
  if (series !== undefined) return series;
  if (ofRequests !== undefined) throw new Refusal(`/metrics does not have ${metric} by step`);
  throw new Refusal(`/metrics does not have ${metric}`);
}
