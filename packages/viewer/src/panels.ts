/**
 * The panels of the dashboards, as data: the page draws them, and other tools can make dashboards of their own from
 * them. Names of metrics are those of the metrics catalogue.
 */

/** A figure of the spans of a group, as `stats` has it. */
export type SpanMetric =
  | 'requests'
  | 'errors'
  | 'error_rate'
  | 'llm_error_rate'
  | 'tool_error_rate'
  | 'step_p95_ms'
  | 'latency_p50_ms'
  | 'latency_p95_ms'
  | 'latency_p99_ms'
  | 'time_to_first_token_p50_ms'
  | 'time_to_first_token_p95_ms'
  | 'total_tokens'
  | 'cost_usd';

/** A figure of the traces of a group. Costs and tokens of a trace are those of all its spans. */
export type TraceMetric = 'total_tokens' | 'cost_usd';

/** A figure that is made of one key of lines, or of two. */
export interface LineMetric {
  /** Name of the metric. */
  readonly name: string;
  /** Key whose values are added. Without it, lines are counted. */
  readonly sum?: string;
  /**
   * The sum is divided by the sum of this key, or by the number of lines that have the first key. A line without the
   * first of two keys counts as 0.
   */
  readonly per?: string;
}

/** Where the figures of a panel come from. */
export type PanelFigures =
  | { readonly of: 'spans'; readonly metrics: readonly SpanMetric[] }
  | { readonly of: 'traces'; readonly metrics: readonly [TraceMetric] }
  | { readonly of: 'lines'; readonly metrics: readonly [LineMetric] }
  | { readonly of: 'errors'; readonly metrics: readonly ['errors'] };

/** A panel. */
export interface Panel {
  /** Part of its address. */
  readonly id: string;
  readonly title: string;
  readonly figures: PanelFigures;
  /** The spans or lines that it is about, in the filter grammar; also the filter of its traces. */
  readonly filter: string;
  /** Field whose values are the series. Without one, each metric is a series. */
  readonly split?: string;
  readonly unit: 'count' | 'ms' | 'share' | 'tokens' | 'usd' | 'score';
  /** `lines`: a value at each time. `bars`: parts of a sum. `ranking`: totals alone. */
  readonly chart: 'lines' | 'bars' | 'ranking';
}

const spans = (...metrics: readonly SpanMetric[]): PanelFigures => ({ of: 'spans', metrics });
const traces = (metric: TraceMetric): PanelFigures => ({ of: 'traces', metrics: [metric] });
const lines = (name: string, sum?: string, per?: string): PanelFigures => ({
  of: 'lines',
  metrics: [{ name, ...(sum === undefined ? {} : { sum }), ...(per === undefined ? {} : { per }) }],
});

/** An HTTP request, or a span without a parent in this process. */
const ROOT = '(-exists:parent OR exists:spanline.rollup.spans)';
const MODEL = 'type:llm';
/** Calls that use tokens. */
const BILLED = '(type:llm OR type:embedding)';
/** Guardrails that did not let the text pass, and content filters of providers. */
const STOPPED =
  '(exists:spanline.guardrail.action -spanline.guardrail.action:(allow OR allowed OR pass OR passed OR none OR ok)) OR (spanline.error.class:content_filter -spanline.error.propagated:true) OR (type:(llm OR embedding) gen_ai.response.finish_reasons:content_filter)';
const SCORE = 'event:gen_ai.evaluation.result';
/** `per` of a mean. */
const EACH = 'each';

/** The panels, in their order on the page. */
// oxfmt-ignore
export const PANELS: readonly Panel[] = [
  { id: 'requests', title: 'Requests', figures: spans('requests', 'errors'), filter: ROOT, unit: 'count', chart: 'lines' },
  { id: 'error-rate', title: 'Failed requests', figures: spans('error_rate'), filter: ROOT, unit: 'share', chart: 'lines' },
  { id: 'latency', title: 'Latency of requests', figures: spans('latency_p50_ms', 'latency_p95_ms', 'latency_p99_ms'), filter: ROOT, unit: 'ms', chart: 'lines' },
  { id: 'step-latency', title: 'Latency by step, p95', figures: spans('step_p95_ms'), filter: '', split: 'step', unit: 'ms', chart: 'lines' },
  { id: 'model-latency', title: 'Latency by model, p95', figures: spans('step_p95_ms'), filter: MODEL, split: 'model', unit: 'ms', chart: 'lines' },
  { id: 'first-token', title: 'Time to first token, median', figures: spans('time_to_first_token_p50_ms'), filter: 'exists:ttft', split: 'model', unit: 'ms', chart: 'lines' },
  { id: 'first-token-p95', title: 'Time to first token, p95', figures: spans('time_to_first_token_p95_ms'), filter: 'exists:ttft', split: 'model', unit: 'ms', chart: 'lines' },
  { id: 'cost-by-model', title: 'Cost by model', figures: spans('cost_usd'), filter: 'exists:cost', split: 'model', unit: 'usd', chart: 'bars' },
  { id: 'cost-by-route', title: 'Cost by route', figures: traces('cost_usd'), filter: '', split: 'route', unit: 'usd', chart: 'bars' },
  { id: 'cost-by-user', title: 'Cost by user', figures: traces('cost_usd'), filter: '', split: 'user', unit: 'usd', chart: 'bars' },
  { id: 'cost-by-prompt', title: 'Cost by prompt version', figures: spans('cost_usd'), filter: 'exists:prompt.version', split: 'prompt.version', unit: 'usd', chart: 'bars' },
  { id: 'tokens-by-model', title: 'Tokens by model', figures: spans('total_tokens'), filter: 'exists:tokens', split: 'model', unit: 'tokens', chart: 'bars' },
  { id: 'tokens-by-route', title: 'Tokens by route', figures: traces('total_tokens'), filter: '', split: 'route', unit: 'tokens', chart: 'bars' },
  { id: 'tokens-by-user', title: 'Tokens by user', figures: traces('total_tokens'), filter: '', split: 'user', unit: 'tokens', chart: 'bars' },
  { id: 'tokens-by-prompt', title: 'Tokens by prompt version', figures: spans('total_tokens'), filter: 'exists:prompt.version', split: 'prompt.version', unit: 'tokens', chart: 'bars' },
  { id: 'errors', title: 'Errors by fingerprint', figures: { of: 'errors', metrics: ['errors'] }, filter: 'status:error', unit: 'count', chart: 'ranking' },
  { id: 'model-errors', title: 'Failed model calls', figures: spans('llm_error_rate'), filter: MODEL, split: 'model', unit: 'share', chart: 'lines' },
  { id: 'tool-errors', title: 'Failed tool calls', figures: spans('tool_error_rate'), filter: 'type:tool', split: 'tool', unit: 'share', chart: 'lines' },
  { id: 'cache-hits', title: 'Input tokens from the cache', figures: lines('cache_hit_ratio', 'gen_ai.usage.cache_read.input_tokens', 'gen_ai.usage.input_tokens'), filter: BILLED, split: 'model', unit: 'share', chart: 'lines' },
  { id: 'retrieval-score', title: 'Best retrieval score, mean', figures: lines('retrieval_score', 'spanline.retrieval.score_max', EACH), filter: 'exists:spanline.retrieval.score_max', split: 'step', unit: 'score', chart: 'lines' },
  { id: 'documents', title: 'Documents per retrieval', figures: lines('documents_per_retrieval', 'spanline.retrieval.count', EACH), filter: 'exists:documents', split: 'step', unit: 'score', chart: 'lines' },
  { id: 'quality', title: 'Quality scores, mean', figures: lines('evaluation_score', 'gen_ai.evaluation.score.value', EACH), filter: `${SCORE} exists:score -spanline.evaluation.source:user`, split: 'gen_ai.evaluation.name', unit: 'score', chart: 'lines' },
  { id: 'feedback', title: 'Feedback of users, mean', figures: lines('evaluation_score', 'gen_ai.evaluation.score.value', EACH), filter: `${SCORE} exists:score spanline.evaluation.source:user`, split: 'gen_ai.evaluation.name', unit: 'score', chart: 'lines' },
  { id: 'guards', title: 'Guard triggers', figures: lines('safety_triggers'), filter: STOPPED, split: 'step', unit: 'count', chart: 'bars' },
  { id: 'alerts', title: 'Alerts fired', figures: lines('alerts_fired'), filter: 'event:alert spanline.alert.event:fired', split: 'spanline.alert.name', unit: 'count', chart: 'bars' },
];
