/** The metrics of the dashboards, under the names that rules, `/metrics` and the command line give them. */
import { type AttributeKey, FILTER_REASONS } from '../schema/index.ts';
import type { Condition, Measure, Metric, Selection } from './metric.ts';

const is = (field: AttributeKey, ...values: readonly (string | number | boolean)[]): Condition => ({
  field,
  is: values,
});
const exists = (field: AttributeKey): Condition => ({ field, exists: true });
const missing = (field: AttributeKey): Condition => ({ field, exists: false });
const isNot = (field: AttributeKey, ...values: readonly (string | number | boolean)[]): Condition => ({
  field,
  isNot: values,
});

const SPAN: Selection = [[is('event.name', 'span.end')]];
/** A local root: an HTTP request, or a span without a parent in this process. */
export const REQUEST: Selection = [...SPAN, [missing('parent_span_id'), exists('spanline.rollup.spans')]];
const FAILED: readonly Condition[] = [is('span.status', 'error')];
const CALL: Selection = [...SPAN, [is('span.type', 'llm')]];
/** Calls that use tokens. */
const BILLED: Selection = [...SPAN, [is('span.type', 'llm', 'embedding')]];
const TOOL: Selection = [...SPAN, [is('span.type', 'tool')]];
const RETRIEVAL: Selection = [...SPAN, [is('span.type', 'retriever')]];
const SCORE: Selection = [[is('event.name', 'gen_ai.evaluation.result')]];
const FEEDBACK: Selection = [
  ...SCORE,
  [is('gen_ai.evaluation.name', 'feedback', 'user_feedback', 'thumbs', 'thumbs_up', 'thumbs_down')],
];

/** An error counts in the span where it arose. */
const AROSE: readonly Condition[] = [isNot('spanline.error.propagated', true)];
const errorsOf = (kind: string): Selection => [...SPAN, [is('spanline.error.class', kind)], AROSE];
/** A guardrail that did not let the text pass. */
const STOPPED: Selection = [
  ...SPAN,
  [exists('spanline.guardrail.action')],
  [isNot('spanline.guardrail.action', 'allow', 'allowed', 'pass', 'passed', 'none', 'ok')],
];

const count = (where: Selection): Measure => ({ kind: 'count', where });
const sum = (field: AttributeKey, where: Selection): Measure => ({ kind: 'sum', field, where });
const quantile = (field: AttributeKey, at: number, where: Selection): Measure => ({
  kind: 'quantile',
  field,
  at,
  where,
});

const INPUT = sum('gen_ai.usage.input_tokens', BILLED);
const OUTPUT = sum('gen_ai.usage.output_tokens', BILLED);
const COST = sum('spanline.cost.usd', SPAN);

const latency = (at: number): Metric => ({
  title: `p${at * 100} of duration`,
  unit: 'ms',
  of: [quantile('duration_ms', at, REQUEST)],
});
const stepTime = (at: number): Metric => ({
  title: `p${at * 100} of duration`,
  unit: 'ms',
  of: [quantile('duration_ms', at, SPAN)],
});
const firstToken = (at: number): Metric => ({
  title: `p${at * 100} of time to first token`,
  unit: 'ms',
  factor: 1000,
  of: [quantile('gen_ai.response.time_to_first_chunk', at, BILLED)],
});
const share = (title: string, part: Selection, whole: Selection): Metric => ({
  title,
  unit: 'share',
  of: [count(part)],
  per: [count(whole)],
});

/** Every metric that a panel shows. */
export const METRICS = {
  requests: { title: 'Requests', unit: 'count', of: [count(REQUEST)] },
  errors: { title: 'Failed requests', unit: 'count', of: [count([...REQUEST, FAILED])] },
  error_rate: share('Error rate', [...REQUEST, FAILED], REQUEST),
  latency_p50_ms: latency(0.5),
  latency_p95_ms: latency(0.95),
  latency_p99_ms: latency(0.99),
  time_to_first_token_p50_ms: firstToken(0.5),
  time_to_first_token_p95_ms: firstToken(0.95),
  llm_calls: { title: 'Model calls', unit: 'count', of: [count(CALL)] },
  llm_error_rate: share('Error rate of model calls', [...CALL, FAILED], CALL),
  input_tokens: { title: 'Input tokens', unit: 'tokens', of: [INPUT] },
  output_tokens: { title: 'Output tokens', unit: 'tokens', of: [OUTPUT] },
  total_tokens: { title: 'Tokens', unit: 'tokens', of: [INPUT, OUTPUT] },
  tokens_per_request: { title: 'Tokens per request', unit: 'tokens', of: [INPUT, OUTPUT], per: [count(REQUEST)] },
  cost_usd: { title: 'Cost', unit: 'usd', of: [COST] },
  cost_per_request_usd: { title: 'Cost per request', unit: 'usd', of: [COST], per: [count(REQUEST)] },
  request_tokens: {
    title: 'Tokens of requests',
    unit: 'tokens',
    of: [sum('spanline.rollup.input_tokens', REQUEST), sum('spanline.rollup.output_tokens', REQUEST)],
  },
  request_cost_usd: { title: 'Cost of requests', unit: 'usd', of: [sum('spanline.rollup.cost_usd', REQUEST)] },
  cache_hit_ratio: {
    title: 'Input tokens from a cache',
    unit: 'share',
    of: [sum('gen_ai.usage.cache_read.input_tokens', BILLED)],
    per: [INPUT],
  },
  tool_calls: { title: 'Tool calls', unit: 'count', of: [count(TOOL)] },
  tool_errors: { title: 'Failed tool calls', unit: 'count', of: [count([...TOOL, FAILED])] },
  tool_error_rate: share('Error rate of tools', [...TOOL, FAILED], TOOL),
  retrievals: { title: 'Retrievals', unit: 'count', of: [count(RETRIEVAL)] },
  documents_per_retrieval: {
    title: 'Documents per retrieval',
    unit: 'documents',
    of: [sum('spanline.retrieval.count', RETRIEVAL)],
    per: [count(RETRIEVAL)],
  },
  empty_retrieval_rate: share(
    'Retrievals that found nothing',
    [...RETRIEVAL, [is('spanline.retrieval.empty', true), is('spanline.retrieval.count', 0)]],
    RETRIEVAL,
  ),
  retrieval_score: {
    title: 'Best score of a retrieval',
    unit: 'score',
    of: [{ kind: 'mean', field: 'spanline.retrieval.score_max', where: RETRIEVAL }],
  },
  thumbs_down_rate: share(
    'Negative feedback',
    [...FEEDBACK, [{ field: 'gen_ai.evaluation.score.value', atMost: 0 }]],
    FEEDBACK,
  ),
  timeouts: { title: 'Time-outs', unit: 'count', of: [count(errorsOf('timeout'))] },
  rate_limited: { title: 'Refused for the rate limit', unit: 'count', of: [count(errorsOf('rate_limit'))] },
  safety_triggers: {
    title: 'Guardrails and content filters that stepped in',
    unit: 'count',
    of: [
      count(STOPPED),
      count(errorsOf('content_filter')),
      count([...BILLED, [is('gen_ai.response.finish_reasons', ...FILTER_REASONS)]]),
    ],
  },
  prompt_injections: {
    title: 'Prompt injections',
    unit: 'count',
    of: [
      count([...STOPPED, [{ field: 'spanline.guardrail.name', contains: 'injection' }]]),
      count([
        ...SCORE,
        [is('gen_ai.evaluation.name', 'prompt_injection')],
        [{ field: 'gen_ai.evaluation.score.value', atLeast: 0.5 }],
      ]),
    ],
  },
  spans: { title: 'Spans', unit: 'count', of: [count(SPAN)] },
  step_p50_ms: stepTime(0.5),
  step_p95_ms: stepTime(0.95),
  step_p99_ms: stepTime(0.99),
  evaluations: { title: 'Results', unit: 'count', of: [count(SCORE)] },
  evaluation_score: {
    title: 'Mean score',
    unit: 'score',
    of: [{ kind: 'mean', field: 'gen_ai.evaluation.score.value', where: SCORE }],
  },
  alerts_fired: {
    title: 'Alerts fired',
    unit: 'count',
    of: [count([[is('event.name', 'alert')], [is('spanline.alert.event', 'fired')]])],
  },
  rate_limit_remaining_ratio: {
    title: 'Rate limit that is left',
    unit: 'share',
    of: [{ kind: 'min', field: 'spanline.ratelimit.remaining_ratio', where: BILLED }],
  },
} satisfies Readonly<Record<string, Metric>>;

/** Name of a metric. */
export type MetricName = keyof typeof METRICS;

/** Every {@link MetricName}. */
export const METRIC_NAMES: readonly MetricName[] = Object.keys(METRICS) as MetricName[];
