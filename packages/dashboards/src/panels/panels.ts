/** The panels of the dashboard, in their order. */
import type { Panel } from './panel.ts';

/** Every panel. */
export const PANELS: readonly Panel[] = [
  { id: 'requests-by-route', title: 'Requests by route', kind: 'time', metrics: ['requests'], by: 'http.route' },
  {
    id: 'errors-by-route',
    title: 'Failed requests by route',
    kind: 'time',
    metrics: ['errors', 'error_rate'],
    by: 'http.route',
  },
  {
    id: 'latency',
    title: 'Duration of requests',
    kind: 'time',
    metrics: ['latency_p50_ms', 'latency_p95_ms', 'latency_p99_ms'],
  },
  {
    id: 'steps',
    title: 'Duration by step',
    kind: 'top',
    metrics: ['step_p95_ms', 'step_p50_ms', 'step_p99_ms', 'spans'],
    by: 'span.name',
  },
  {
    id: 'first-token',
    title: 'Time to first token',
    kind: 'time',
    metrics: ['time_to_first_token_p50_ms', 'time_to_first_token_p95_ms'],
  },
  {
    id: 'model-cost',
    title: 'Cost and tokens by model',
    kind: 'top',
    metrics: ['cost_usd', 'total_tokens', 'llm_calls'],
    by: 'gen_ai.request.model',
  },
  { id: 'tokens', title: 'Tokens', kind: 'time', metrics: ['input_tokens', 'output_tokens'] },
  {
    id: 'user-cost',
    title: 'Cost and tokens by user',
    kind: 'top',
    metrics: ['cost_usd', 'total_tokens'],
    by: 'user.id',
  },
  {
    id: 'prompt-cost',
    title: 'Cost and tokens by version of the prompt',
    kind: 'top',
    metrics: ['cost_usd', 'total_tokens'],
    by: 'gen_ai.prompt.version',
  },
  { id: 'tokens-per-request', title: 'Tokens per request', kind: 'time', metrics: ['tokens_per_request'] },
  { id: 'spend', title: 'Spend by day', kind: 'time', metrics: ['cost_usd', 'cost_per_request_usd'], every: 'day' },
  { id: 'cache', title: 'Input tokens from a cache', kind: 'time', metrics: ['cache_hit_ratio'] },
  {
    id: 'tools',
    title: 'Errors of tools',
    kind: 'top',
    metrics: ['tool_errors', 'tool_calls', 'tool_error_rate'],
    by: 'gen_ai.tool.name',
  },
  {
    id: 'retrieval',
    title: 'Retrieval',
    kind: 'time',
    metrics: ['documents_per_retrieval', 'empty_retrieval_rate', 'retrieval_score'],
  },
  {
    id: 'quality',
    title: 'Scores by evaluation',
    kind: 'top',
    metrics: ['evaluation_score', 'evaluations'],
    by: 'gen_ai.evaluation.name',
  },
  { id: 'feedback', title: 'Negative feedback', kind: 'time', metrics: ['thumbs_down_rate'] },
  {
    id: 'safety',
    title: 'Guardrails and prompt injections',
    kind: 'time',
    metrics: ['safety_triggers', 'prompt_injections'],
  },
  {
    id: 'rate-limit',
    title: 'Rate limit that is left',
    kind: 'time',
    metrics: ['rate_limit_remaining_ratio', 'rate_limited', 'timeouts'],
  },
  { id: 'alerts', title: 'Alerts fired', kind: 'top', metrics: ['alerts_fired'], by: 'spanline.alert.name' },
  {
    id: 'expensive',
    title: 'Most expensive steps',
    kind: 'top',
    metrics: ['cost_usd', 'total_tokens', 'step_p95_ms'],
    by: 'span.path',
  },
];
