/** What a span stands for. */
export type SpanType =
  | 'http'
  | 'chain'
  | 'agent'
  | 'llm'
  | 'embedding'
  | 'retriever'
  | 'reranker'
  | 'tool'
  | 'prompt'
  | 'parser'
  | 'guardrail'
  | 'evaluator'
  | 'task';

/** Every {@link SpanType}. */
export const SPAN_TYPES: readonly SpanType[] = [
  'http',
  'chain',
  'agent',
  'llm',
  'embedding',
  'retriever',
  'reranker',
  'tool',
  'prompt',
  'parser',
  'guardrail',
  'evaluator',
  'task',
];

/** OpenTelemetry span kind, as far as a log line needs it. */
export type SpanKind = 'SERVER' | 'CLIENT' | 'INTERNAL';

/**
 * How a span ended: `ok`, `error`, `aborted` (the caller cancelled), `abandoned` (the stream's consumer left, or the framework
 * never reported an end), `interrupted` (waits for a human, resumes elsewhere), `unfinished` (the process shut down first).
 */
export type SpanStatus = 'ok' | 'error' | 'aborted' | 'abandoned' | 'interrupted' | 'unfinished';

/** Every {@link SpanStatus}. */
export const SPAN_STATUSES: readonly SpanStatus[] = [
  'ok',
  'error',
  'aborted',
  'abandoned',
  'interrupted',
  'unfinished',
];

/** What kind of failure an error is; low cardinality, for alerts. */
export type ErrorClass =
  | 'timeout'
  | 'rate_limit'
  | 'auth'
  | 'context_length'
  | 'content_filter'
  | 'network'
  | 'aborted'
  | 'other';

/** Every {@link ErrorClass}. */
export const ERROR_CLASSES: readonly ErrorClass[] = [
  'timeout',
  'rate_limit',
  'auth',
  'context_length',
  'content_filter',
  'network',
  'aborted',
  'other',
];

/** What a line is about (`event.name`). */
export type EventName =
  | 'span.end'
  | 'span.start'
  | 'span.content'
  | 'gen_ai.evaluation.result'
  | 'alert'
  | 'spanline.stats';

/** Every {@link EventName}. */
export const EVENT_NAMES: readonly EventName[] = [
  'span.end',
  'span.start',
  'span.content',
  'gen_ai.evaluation.result',
  'alert',
  'spanline.stats',
];
