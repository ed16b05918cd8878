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

/** Every {@link SpanKind}. */
export const SPAN_KINDS: readonly SpanKind[] = ['SERVER', 'CLIENT', 'INTERNAL'];

/**
 * How a span ended: `ok`, `error`, `aborted` (the caller cancelled), `abandoned` (the stream's consumer left, or the framework
 * never reported an end), `interrupted` (waits for a human or for the next process, resumes elsewhere), `unfinished` (the process shut down first).
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

/** Why an alert line was written. */
export type AlertEvent = 'fired' | 'repeated' | 'recovered' | 'no_data';

/** Every {@link AlertEvent}. */
export const ALERT_EVENTS: readonly AlertEvent[] = ['fired', 'repeated', 'recovered', 'no_data'];

/** State of an alert rule. */
export type AlertState = 'OK' | 'WARNING' | 'ALERT' | 'NO_DATA';

/** Every {@link AlertState}. */
export const ALERT_STATES: readonly AlertState[] = ['OK', 'WARNING', 'ALERT', 'NO_DATA'];

/** `warning` is an early signal, `critical` means act now. */
export type AlertSeverity = 'warning' | 'critical';

/** Every {@link AlertSeverity}. */
export const ALERT_SEVERITIES: readonly AlertSeverity[] = ['warning', 'critical'];
