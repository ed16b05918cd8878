import { ATTRIBUTES, type ValuesOf } from './attributes.ts';

/** Type of the step that a span stands for. */
export type SpanType = ValuesOf<'span.type'>;

/** Every {@link SpanType}. */
export const SPAN_TYPES: readonly SpanType[] = ATTRIBUTES['span.type'].values;

/** OpenTelemetry span kind, as far as a log line needs it. */
export type SpanKind = ValuesOf<'span.kind'>;

/** Every {@link SpanKind}. */
export const SPAN_KINDS: readonly SpanKind[] = ATTRIBUTES['span.kind'].values;

/**
 * How a span ended:
 *
 * - `ok`
 * - `error`
 * - `aborted`: the caller cancelled
 * - `abandoned`: the stream's consumer left, or the framework never reported an end
 * - `interrupted`: the work waits for a human or for the next process, and resumes elsewhere
 * - `unfinished`: the process shut down first
 */
export type SpanStatus = ValuesOf<'span.status'>;

/** Kind of failure. Low cardinality, for alerts. */
export type ErrorClass = ValuesOf<'spanline.error.class'>;

/** Reason for an alert line. */
export type AlertEvent = ValuesOf<'spanline.alert.event'>;

/** State of an alert rule. */
export type AlertState = ValuesOf<'spanline.alert.state'>;

/** `warning` is an early signal, `critical` means act now. */
export type AlertSeverity = ValuesOf<'spanline.alert.severity'>;
