import type { SpanRecord, SpanStatus, SpanType } from '@spanline/record';
import type { Scope } from '../api/index.ts';
import { formatFlags } from '../context/index.ts';
import { createHead, type HeadedLine, type LineHead } from '../log/index.ts';
import { OPERATIONS, labelKey } from '../trace/attributes.ts';
import { isoMicros, isoMillis } from '../trace/clock.ts';
import { describeFailure } from '../trace/failure.ts';
import type { RecordedSpan } from '../trace/span.ts';
import type { Pricer } from '../usage/index.ts';
import { type Resource, resourceFields } from './envelope.ts';
import { SCOPE } from './scope.ts';
import { leaveUsage, writeUsage } from './usage.ts';

/** What records of one tracer are made with. */
export interface RecordParts {
  readonly heads: Heads;
  /** Level of lines of spans that ended well. */
  readonly level: string;
  readonly pricer: Pricer;
}

const OUTCOMES: Readonly<Record<SpanStatus, string>> = {
  ok: 'success',
  error: 'failure',
  aborted: 'unknown',
  abandoned: 'unknown',
  interrupted: 'unknown',
  unfinished: 'unknown',
};

const round3 = (value: number): number => Math.round(value * 1000) / 1000;

function levelOf(status: SpanStatus, ok: string): string {
  if (status === 'error') return 'error';
  return status === 'ok' || status === 'interrupted' ? ok : 'warn';
}

/** Heads of spans by scope and status. */
export type Heads = (scope: Scope, status: SpanStatus) => LineHead;

/** The heads of a tracer's spans. */
export function createHeads(resource: Resource): Heads {
  const heads = new WeakMap<Scope, Map<SpanStatus, LineHead>>();
  return (scope, status) => {
    let ofScope = heads.get(scope);
    if (ofScope === undefined) heads.set(scope, (ofScope = new Map<SpanStatus, LineHead>()));
    let head = ofScope.get(status);
    if (head === undefined) {
      head = createHead({
        'event.name': 'span.end',
        'event.outcome': OUTCOMES[status],
        ...resourceFields(resource),
        'span.status': status,
        'otel.scope.name': scope.name,
        'otel.scope.version': scope.version,
      });
      ofScope.set(status, head);
    }
    return head;
  };
}

/**
 * What the line of a span has of its own: what every span has, and the places of what most model calls have. All in one literal, because an object that grows key by key becomes a
 * hash table, which costs a third more to write (measured: 2 µs a span). `event.id` and what capture tells get their values later.
 */
function startRecord(span: RecordedSpan, level: string): SpanRecord {
  const { seed } = span;
  const { values } = seed;
  const type = typeOf(span);
  return {
    '@timestamp': isoMillis(seed.startEpochMs + span.durationMs),
    level,
    message: '',
    'event.id': undefined,
    trace_id: seed.traceId,
    span_id: seed.spanId,
    parent_span_id: seed.parentSpanId,
    trace_flags: formatFlags(seed.traceFlags),
    'http.request.id': values.requestId,
    'session.id': values.sessionId,
    'user.id': values.userId,
    'span.name': span.name,
    'span.type': type,
    'span.kind': type === span.type ? seed.kind : 'INTERNAL',
    'span.path': span.path,
    'event.start': isoMicros(seed.startEpochMs),
    'event.duration': Math.round(span.durationMs * 1e6),
    duration_ms: round3(span.durationMs),
    'gen_ai.operation.name': OPERATIONS[type],
    'gen_ai.provider.name': undefined,
    'gen_ai.request.model': undefined,
    'gen_ai.request.max_tokens': undefined,
    'gen_ai.request.temperature': undefined,
    'gen_ai.response.id': undefined,
    'gen_ai.response.model': undefined,
    'gen_ai.response.finish_reasons': undefined,
    'gen_ai.usage.input_tokens': undefined,
    'gen_ai.usage.output_tokens': undefined,
    'spanline.usage.source': undefined,
    'spanline.cost.usd': undefined,
    'spanline.cost.source': undefined,
    'spanline.cost.price_version': undefined,
    'spanline.capture.mode': undefined,
    'spanline.content.input_bytes': undefined,
    'spanline.content.output_bytes': undefined,
  };
}

/** What only some spans have. */
function writeCircumstances(record: SpanRecord, span: RecordedSpan): void {
  const { seed } = span;
  const { foreign } = seed;
  if (foreign?.datadog !== undefined) {
    record['dd.trace_id'] = foreign.datadog.traceId;
    record['dd.span_id'] = foreign.datadog.spanId;
  }
  if (seed.remoteParent) record['spanline.parent.remote'] = true;
  if (span.linkTraceId !== undefined) record['spanline.link.trace_id'] = span.linkTraceId;
  if (span.late) record['spanline.late'] = true;
}

/** Writes `error.*`. The message and stack stand on the span where the error arose and on every span it passed. */
function writeError(record: SpanRecord, span: RecordedSpan): void {
  if (span.error === undefined) {
    if (span.status === 'error') record['error.type'] = '_OTHER';
    return;
  }
  const failure = describeFailure(span.error);
  record['error.type'] = failure.type;
  record['error.message'] = failure.message;
  if (span.failed && failure.stack !== undefined && !span.propagated) record['error.stack'] = failure.stack;
  record['spanline.error.class'] = failure.class;
  if (failure.retryable !== undefined) record['spanline.error.retryable'] = failure.retryable;
  if (span.failed && span.propagated) record['spanline.error.propagated'] = true;
}

function writeFacts(record: SpanRecord, span: RecordedSpan): void {
  const target = record as Record<string, unknown>;
  for (const key in span.facts) target[key] = span.facts[key];
  const { values } = span.seed;
  if (values.conversationId !== undefined) record['gen_ai.conversation.id'] ??= values.conversationId;
  const { 'gen_ai.usage.output_tokens': tokens, 'gen_ai.response.time_to_first_chunk': first } = span.facts;
  const seconds = span.durationMs / 1000 - (first ?? 0);
  if (tokens !== undefined && first !== undefined && seconds > 0) {
    record['spanline.stream.tokens_per_second'] = round3(tokens / seconds);
  }
}

function writeLabels(record: SpanRecord, span: RecordedSpan): void {
  const write = (key: string, value: string | number | boolean | undefined): void => {
    if (value !== undefined) record[`labels.${key}`] = value;
  };
  const { labels: inherited } = span.seed.values;
  for (const key in inherited) write(labelKey(key), inherited[key]);
  for (const key in span.labels) write(key, span.labels[key]);
  if (span.tags !== undefined) record['spanline.tags'] = [...new Set(span.tags)];
}

/** What the line says the span is: one that leaves its call to spans below it is a step around them. */
export function typeOf(span: RecordedSpan): SpanType {
  return span.billedBelow ? 'chain' : span.type;
}

/** The human summary: `chat gpt-4o-mini 1834 ms 1532→287 tok $0.000325`. No fact stands only here. */
function summary(span: RecordedSpan, costUsd: number | undefined): string {
  const { 'gen_ai.usage.input_tokens': input, 'gen_ai.usage.output_tokens': output } = span.facts;
  let text = `${span.name} ${Math.round(span.durationMs)} ms`;
  if (input !== undefined || output !== undefined) text += ` ${input ?? '?'}→${output ?? '?'} tok`;
  if (costUsd !== undefined) text += ` $${Number(costUsd.toPrecision(3))}`;
  return span.status === 'ok' ? text : `${text} ${span.status}`;
}

/** A line without its content. */
interface BuiltLine extends HeadedLine {
  readonly own: SpanRecord;
  /** Cost of the call, when known. */
  readonly costUsd: number | undefined;
}

/** The line of an ended span, complete but for its content, which capture writes last. */
export function buildLine(span: RecordedSpan, parts: RecordParts): BuiltLine {
  if (span.billedBelow) leaveUsage(span);
  const record = startRecord(span, span.level ?? levelOf(span.status, parts.level));
  writeCircumstances(record, span);
  writeFacts(record, span);
  const costUsd = writeUsage(span, record, parts.pricer);
  record.message = summary(span, costUsd);
  writeError(record, span);
  writeLabels(record, span);
  return { head: parts.heads(span.seed.scope ?? SCOPE, span.status), own: record, costUsd };
}
