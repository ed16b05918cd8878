import type { AttributeKey, SpanRecord } from '@spanline/record';

/** Keys that metrics and alerts are computed from. `ReadRecord` has no others. */
const READ_KEYS = [
  '@timestamp',
  'event.name',
  'trace_id',
  'parent_span_id',
  'http.route',
  'session.id',
  'user.id',
  'span.name',
  'span.type',
  'span.status',
  'duration_ms',
  'error.type',
  'gen_ai.evaluation.name',
  'gen_ai.evaluation.score.value',
  'gen_ai.request.model',
  'gen_ai.response.finish_reasons',
  'gen_ai.response.model',
  'gen_ai.response.time_to_first_chunk',
  'gen_ai.tool.call.arguments',
  'gen_ai.tool.name',
  'gen_ai.usage.cache_read.input_tokens',
  'gen_ai.usage.cache_write.input_tokens',
  'gen_ai.usage.input_tokens',
  'gen_ai.usage.output_tokens',
  'gen_ai.usage.reasoning.output_tokens',
  'spanline.cost.exact',
  'spanline.cost.reason',
  'spanline.cost.usd',
  'spanline.error.class',
  'spanline.error.propagated',
  'spanline.evaluation.label',
  'spanline.guardrail.action',
  'spanline.guardrail.name',
  'spanline.llm.repeat_ratio',
  'spanline.ratelimit.remaining_ratio',
  'spanline.retrieval.count',
  'spanline.retrieval.empty',
  'spanline.retrieval.score_max',
  'spanline.rollup.slowest.name',
  'spanline.rollup.slowest.self_ms',
  'spanline.rollup.spans',
  'spanline.stream.tokens_per_second',
  'spanline.usage.web_searches',
] as const satisfies readonly AttributeKey[];

type Labels = Pick<SpanRecord, `labels.${string}`>;
type Gauges = Pick<SpanRecord, `spanline.gauge.${string}`>;

/** The part of a record that metrics and alerts read. */
export type ReadRecord = Readonly<Pick<SpanRecord, (typeof READ_KEYS)[number]> & Labels & Gauges>;

/** Copies a record without content and labels: prompts and documents would be most of a log that is held in memory. */
export function withoutContent(record: Readonly<SpanRecord>): ReadRecord {
  const kept: Record<string, unknown> = {};
  for (const key of READ_KEYS) if (record[key] !== undefined) kept[key] = record[key];
  for (const key in record) {
    if (key.startsWith('spanline.gauge.')) kept[key] = record[key as `spanline.gauge.${string}`];
  }
  return kept as ReadRecord;
}
