/** Metrics of panels and of rules as PromQL over `/metrics` of `@spanline/monitor/prometheus`. */

/** A difference from the metric of the monitor in the process. */
type SeriesLoss = 'gauge-last' | 'histogram-buckets' | 'rolling-day' | 'unpriced';

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
  readonly losses?: readonly SeriesLoss[];
  /** The labels that it may be split by. @defaultValue none */
  readonly labels?: readonly string[];
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

const ratioOf = (part: Expression, whole: Expression, samples = whole, losses: readonly SeriesLoss[] = []): Series => ({
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

const splitBy = (series: Series, ...labels: readonly string[]): Series => ({ ...series, labels });

const OF_REQUESTS: Readonly<Record<string, Series>> = {
  requests: splitBy(tally('requests_total'), 'route'),
  errors: splitBy(tally('requests_total', failed), 'route'),
  error_rate: splitBy(ratioOf(increase('requests_total', failed), requests), 'route'),
  availability: splitBy(ratioOf(increase('requests_total', 'status!="error"'), requests), 'route'),
  timeout_rate: ratioOf(increase('errors_total', 'class="timeout"'), requests),
  latency_p50_ms: splitBy(quantile('request_duration_seconds', 0.5), 'route'),
  latency_p95_ms: splitBy(quantile('request_duration_seconds', 0.95), 'route'),
  latency_p99_ms: splitBy(quantile('request_duration_seconds', 0.99), 'route'),
  llm_calls: splitBy(tally('llm_calls_total'), 'model'),
  llm_errors: splitBy(tally('llm_calls_total', failed), 'model'),
  llm_error_rate: splitBy(ratioOf(increase('llm_calls_total', failed), calls), 'model'),
  input_tokens: splitBy(ofKind('input'), 'model'),
  output_tokens: splitBy(ofKind('output'), 'model'),
  cache_read_tokens: splitBy(ofKind('cache_read'), 'model'),
  cache_write_tokens: splitBy(ofKind('cache_write'), 'model'),
  reasoning_tokens: splitBy(ofKind('reasoning'), 'model'),
  total_tokens: splitBy(sumOf(tokens), 'model'),
  tokens_per_request: ratioOf(tokens, requests),
  daily_tokens: daily(sumOf(tokens)),
  cost_usd: splitBy(costSeries, 'model'),
  cost_per_request_usd: ratioOf(cost, requests, requests, ['unpriced']),
  daily_spend_usd: daily(costSeries),
  time_to_first_token_p50_ms: splitBy(quantile('time_to_first_token_seconds', 0.5), 'model'),
  time_to_first_token_p95_ms: splitBy(quantile('time_to_first_token_seconds', 0.95), 'model'),
  cache_hit_ratio: splitBy(
    ratioOf(increase('tokens_total', 'kind="cache_read"'), increase('tokens_total', 'kind="input"'), calls),
    'model',
  ),
  tool_calls: splitBy(tally('tool_calls_total'), 'tool'),
  tool_errors: splitBy(tally('tool_calls_total', failed), 'tool'),
  tool_error_rate: splitBy(ratioOf(increase('tool_calls_total', failed), tools), 'tool'),
  safety_triggers: tally('safety_triggers_total'),
  prompt_injections: tally('prompt_injections_total'),
  thumbs_down_rate: ratioOf(increase('feedback_total', 'rating="negative"'), increase('feedback_total')),
  rate_limit_remaining_ratio: {
    labels: ['model'],
    value: (scope) =>
      `min${keeping(scope.by)}(min_over_time(${selector('rate_limit_remaining_ratio', [], scope)}[${scope.window}]))`,
    losses: ['gauge-last'],
  },
};

/** Metrics whose series have the label `step`. */
const OF_ANY: Readonly<Record<string, Series>> = {
  timeouts: splitBy(tally('errors_total', 'class="timeout"'), 'step'),
  rate_limited: splitBy(tally('errors_total', 'class="rate_limit"'), 'step'),
  retrievals: splitBy(tally('retrievals_total'), 'step'),
  documents_per_retrieval: splitBy(ratioOf(increase('retrieved_documents_sum'), retrievals), 'step'),
  empty_retrieval_rate: splitBy(ratioOf(increase('retrievals_total', 'empty="true"'), retrievals), 'step'),
};

const spans = increase('step_duration_seconds_count');

/** Spans count as requests. */
const OF_STEPS: Readonly<Record<string, Series>> = {
  requests: splitBy(tally('step_duration_seconds_count'), 'step'),
  spans: splitBy(tally('step_duration_seconds_count'), 'step'),
  timeout_rate: splitBy(ratioOf(increase('errors_total', 'class="timeout"'), spans), 'step'),
  latency_p50_ms: splitBy(quantile('step_duration_seconds', 0.5), 'step'),
  latency_p95_ms: splitBy(quantile('step_duration_seconds', 0.95), 'step'),
  latency_p99_ms: splitBy(quantile('step_duration_seconds', 0.99), 'step'),
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

/** Scores of all evaluations. */
export const SCORES = {
  evaluations: splitBy(tally('evaluation_score_count'), 'name'),
  evaluation_score: splitBy(ratioOf(increase('evaluation_score_sum'), increase('evaluation_score_count')), 'name'),
} satisfies Readonly<Record<string, Series>>;

/** The metric of requests, or of spans; `undefined` if `/metrics` does not have it. */
export function findSeries(metric: string, unit: 'requests' | 'spans'): Series | undefined {
  const found = (table: Readonly<Record<string, Series>>): Series | undefined =>
    Object.hasOwn(table, metric) ? table[metric] : undefined;
  return found(OF_ANY) ?? (unit === 'spans' ? found(OF_STEPS) : (found(OF_REQUESTS) ?? openSeries(metric)));
}
