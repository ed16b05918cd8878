/** Metrics as PromQL over `/metrics` of `@spanline/monitor/prometheus`. */
import { ATTRIBUTE_KEYS, type AttributeKey, checkOptions, option, type Shape } from '@spanline/record';
import type { MetricName } from './catalogue.ts';

/** A part of an expression: labels that are kept, and the range of a rate. */
interface Scope {
  readonly by: readonly string[];
  readonly range: string;
  readonly prefix: string;
  /** More label matchers, such as `job="app"`. */
  readonly filter: string;
}

type Expression = (scope: Scope) => string;

interface Definition {
  readonly labels: readonly string[];
  readonly expression: Expression;
}

/** The labels of the fields that panels are split by. */
const LABELS: Partial<Record<AttributeKey, string>> = {
  'http.route': 'route',
  'span.name': 'step',
  'gen_ai.request.model': 'model',
  'gen_ai.tool.name': 'tool',
  'gen_ai.evaluation.name': 'name',
};

const selector = (name: string, matchers: string, { prefix, filter }: Scope): string => {
  const all = [matchers, filter].filter((text) => text !== '').join(',');
  return `${prefix}${name}${all === '' ? '' : `{${all}}`}`;
};
const keeping = (labels: readonly string[]): string => (labels.length === 0 ? '' : ` by (${labels.join(', ')}) `);

const tally =
  (name: string, matchers = ''): Expression =>
  (scope) =>
    `sum${keeping(scope.by)}(increase(${selector(name, matchers, scope)}[${scope.range}]))`;

/** A part that never happened has no series: it counts as 0 where the whole has one. */
const ratio =
  (part: Expression, whole: Expression): Expression =>
  (scope) =>
    `(${part(scope)} or ${whole(scope)} * 0) / ${whole(scope)}`;

const quantile =
  (name: string, at: number): Expression =>
  (scope) =>
    `histogram_quantile(${at}, sum by (${['le', ...scope.by].join(', ')}) (rate(${selector(`${name}_bucket`, '', scope)}[${scope.range}]))) * 1000`;

const define = (expression: Expression, ...labels: readonly string[]): Definition => ({ expression, labels });

const requests = tally('requests_total');
const failed = tally('requests_total', 'status="error"');
const tokens = tally('tokens_total', 'kind=~"input|output"');
const input = tally('tokens_total', 'kind="input"');
const documents = tally('retrieved_documents_count');
const FEEDBACK = 'name=~"feedback|user_feedback|thumbs|thumbs_up|thumbs_down"';

/** Metrics without a definition need fields that `/metrics` has no labels or values for. */
const DEFINITIONS: Partial<Record<MetricName, Definition>> = {
  requests: define(requests, 'route'),
  errors: define(failed, 'route'),
  error_rate: define(ratio(failed, requests), 'route'),
  latency_p50_ms: define(quantile('request_duration_seconds', 0.5), 'route'),
  latency_p95_ms: define(quantile('request_duration_seconds', 0.95), 'route'),
  latency_p99_ms: define(quantile('request_duration_seconds', 0.99), 'route'),
  time_to_first_token_p50_ms: define(quantile('time_to_first_token_seconds', 0.5), 'model'),
  time_to_first_token_p95_ms: define(quantile('time_to_first_token_seconds', 0.95), 'model'),
  input_tokens: define(input, 'model'),
  output_tokens: define(tally('tokens_total', 'kind="output"'), 'model'),
  total_tokens: define(tokens, 'model'),
  tokens_per_request: define(ratio(tokens, requests)),
  cost_usd: define(tally('cost_usd_total'), 'model'),
  cost_per_request_usd: define(ratio(tally('cost_usd_total'), requests)),
  cache_hit_ratio: define(ratio(tally('tokens_total', 'kind="cache_read"'), input), 'model'),
  tool_calls: define(tally('tool_calls_total'), 'tool'),
  tool_errors: define(tally('tool_calls_total', 'status="error"'), 'tool'),
  tool_error_rate: define(ratio(tally('tool_calls_total', 'status="error"'), tally('tool_calls_total')), 'tool'),
  retrievals: define(documents, 'step'),
  documents_per_retrieval: define(ratio(tally('retrieved_documents_sum'), documents), 'step'),
  empty_retrieval_rate: define(ratio(tally('retrieved_documents_bucket', 'le="0"'), documents), 'step'),
  thumbs_down_rate: define(
    ratio(tally('evaluation_score_bucket', `le="0",${FEEDBACK}`), tally('evaluation_score_count', FEEDBACK)),
  ),
  timeouts: define(tally('errors_total', 'class="timeout"'), 'step'),
  rate_limited: define(tally('errors_total', 'class="rate_limit"'), 'step'),
  safety_triggers: define(tally('safety_triggers_total')),
  prompt_injections: define(tally('prompt_injections_total')),
  spans: define(tally('step_duration_seconds_count'), 'step'),
  step_p50_ms: define(quantile('step_duration_seconds', 0.5), 'step'),
  step_p95_ms: define(quantile('step_duration_seconds', 0.95), 'step'),
  step_p99_ms: define(quantile('step_duration_seconds', 0.99), 'step'),
  evaluations: define(tally('evaluation_score_count'), 'name'),
  evaluation_score: define(ratio(tally('evaluation_score_sum'), tally('evaluation_score_count')), 'name'),
  rate_limit_remaining_ratio: define(
    (scope) => `min${keeping(scope.by)}(${selector('rate_limit_remaining_ratio', '', scope)})`,
    'model',
  ),
};

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
  const definition = DEFINITIONS[name];
  const label = by === undefined ? undefined : LABELS[by];
  if (definition === undefined) return undefined;
  if (by !== undefined && (label === undefined || !definition.labels.includes(label))) return undefined;
  return definition.expression({ by: label === undefined ? [] : [label], range, prefix: 'spanline_', filter });
}
