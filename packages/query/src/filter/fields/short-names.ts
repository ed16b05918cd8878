import type { AttributeKey } from '@spanline/record';

/**
 * Names that people type, and the keys that they stand for. A name of several keys is true where any of the keys is;
 * every other key of the attribute table is named in full.
 */
export const SHORT_NAMES: Readonly<Record<string, readonly AttributeKey[]>> = {
  time: ['@timestamp'],
  start: ['event.start'],
  event: ['event.name'],
  outcome: ['event.outcome'],
  project: ['spanline.project'],
  service: ['service.name'],
  version: ['service.version'],
  env: ['deployment.environment.name'],
  host: ['host.name'],
  trace: ['trace_id'],
  span: ['span_id'],
  parent: ['parent_span_id'],
  request: ['http.request.id'],
  session: ['session.id'],
  conversation: ['gen_ai.conversation.id'],
  user: ['user.id'],
  tag: ['spanline.tags'],
  type: ['span.type'],
  kind: ['span.kind'],
  step: ['span.name'],
  name: ['span.name'],
  path: ['span.path'],
  status: ['span.status'],
  duration: ['duration_ms'],
  error: ['error.type'],
  model: ['gen_ai.request.model', 'gen_ai.response.model'],
  provider: ['gen_ai.provider.name'],
  operation: ['gen_ai.operation.name'],
  finish: ['gen_ai.response.finish_reasons'],
  ttft: ['gen_ai.response.time_to_first_chunk'],
  cost: ['spanline.cost.usd'],
  'tokens.input': ['gen_ai.usage.input_tokens'],
  'tokens.output': ['gen_ai.usage.output_tokens'],
  'tokens.cached': ['gen_ai.usage.cache_read.input_tokens'],
  'tokens.reasoning': ['gen_ai.usage.reasoning.output_tokens'],
  prompt: ['gen_ai.prompt.name'],
  'prompt.version': ['gen_ai.prompt.version'],
  documents: ['spanline.retrieval.count'],
  tool: ['gen_ai.tool.name'],
  agent: ['gen_ai.agent.name'],
  method: ['http.request.method'],
  route: ['http.route'],
  code: ['http.response.status_code'],
  score: ['gen_ai.evaluation.score.value'],
};

/** Names of sums. A key that a span does not have counts as 0; a span with none of them has no sum. */
export const SUMS: Readonly<Record<string, readonly AttributeKey[]>> = {
  tokens: ['gen_ai.usage.input_tokens', 'gen_ai.usage.output_tokens'],
};

/** Other spellings of an open family's prefix. */
export const PREFIXES: Readonly<Record<string, string>> = {
  'label.': 'labels.',
  'gauge.': 'spanline.gauge.',
};
