/** The record of a span, complete except for its content. */
import type { SpanRecord, SpanStatus, SpanType } from '@spanline/record';
import { formatFlags, leftOutOf } from '../context/index.ts';
import { LABELS, noteLeftOut } from '../gate/index.ts';
import type { SplitLine } from '../log/index.ts';
import {
  isBilledBelow,
  isoMicros,
  isoMillis,
  isSecondRecord,
  OPERATIONS,
  pathOf,
  recordedType,
  type SpanState,
} from '../trace/index.ts';
import { type Pricer, roundSignificant } from '../usage/index.ts';
import type { SpanCommonFields } from './common-fields.ts';
import { writeError } from './error-fields.ts';
import { round3 } from './round3.ts';
import { removeSecondBill, removeUsage, tellOuterCall, writeUsage } from './usage.ts';

/** Parts that make one tracer's records. */
export interface SpanRecordParts {
  readonly commonFields: SpanCommonFields;
  /** Level of the lines of successful spans. */
  readonly level: string;
  readonly pricer: Pricer;
}

function levelFor(status: SpanStatus, successLevel: string): string {
  if (status === 'error') return 'error';
  return status === 'ok' || status === 'interrupted' ? successLevel : 'warn';
}

/**
 * Creates the fields of a span's own, which are not common to other lines. One literal has all fields of every span and
 * places for those of most model calls: an object that grows key by key becomes a hash table, which costs a third more
 * to write (measured: 2 µs a span). `event.id` and the fields of capture get their values later.
 */
function createOwnFields(state: SpanState, level: string): SpanRecord {
  const { values } = state;
  const type = recordedType(state);
  return {
    '@timestamp': isoMillis(state.startEpochMs + state.durationMs),
    level,
    message: '',
    'event.id': undefined,
    trace_id: state.traceId,
    span_id: state.spanId,
    parent_span_id: state.parentSpanId,
    trace_flags: formatFlags(state.traceFlags),
    'http.request.id': values.requestId,
    'session.id': values.sessionId,
    'user.id': values.userId,
    'span.name': state.name,
    'span.type': type,
    'span.kind': type === state.type ? state.kind : 'INTERNAL',
    'span.path': pathOf(state),
    'event.start': isoMicros(state.startEpochMs),
    'event.duration': Math.round(state.durationMs * 1e6),
    duration_ms: round3(state.durationMs),
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

/** Writes what only some spans have. */
function writeCircumstances(record: SpanRecord, state: SpanState): void {
  const { foreign } = state;
  if (foreign?.datadog !== undefined) {
    record['dd.trace_id'] = foreign.datadog.traceId;
    record['dd.span_id'] = foreign.datadog.spanId;
  }
  if (state.hasRemoteParent) record['spanline.parent.remote'] = true;
  if (state.linkedTraceId !== undefined) record['spanline.link.trace_id'] = state.linkedTraceId;
  if (state.isLate) record['spanline.late'] = true;
}

/** Types of spans that say which agent they belong to. */
const INSIDE_AGENT: ReadonlySet<SpanType> = new Set<SpanType>(['llm', 'embedding', 'tool']);

function writeAttributes(record: SpanRecord, state: SpanState): void {
  const { attributes, values, durationMs, agentName } = state;
  const target = record as Record<string, unknown>;
  for (const key in attributes) target[key] = attributes[key];
  if (agentName !== undefined && INSIDE_AGENT.has(state.type)) record['gen_ai.agent.name'] ??= agentName;
  if (values.conversationId !== undefined) record['gen_ai.conversation.id'] ??= values.conversationId;
  const tokens = attributes['gen_ai.usage.output_tokens'];
  const firstChunkSeconds = attributes['gen_ai.response.time_to_first_chunk'];
  if (tokens === undefined || firstChunkSeconds === undefined) return;
  const streamSeconds = durationMs / 1000 - firstChunkSeconds;
  if (streamSeconds > 0) record['spanline.stream.tokens_per_second'] = round3(tokens / streamSeconds);
}

/** Writes the labels of the context, as far as the span's own leave room for them. */
function writeContextLabels(record: SpanRecord, state: SpanState): void {
  const { values, labels = {}, owner } = state;
  let room = owner.maxLabels - Object.keys(labels).length;
  for (const key in values.labels) {
    const value = values.labels[key];
    if (value === undefined || Object.hasOwn(labels, key)) continue;
    if (room-- <= 0) return noteLeftOut(state, LABELS);
    record[`labels.${key}`] = value;
  }
}

function writeLabels(record: SpanRecord, state: SpanState): void {
  const { values, labels, tags } = state;
  if (values.labels !== undefined) writeContextLabels(record, state);
  for (const key in labels) {
    const value = labels[key];
    if (value !== undefined) record[`labels.${key}`] = value;
  }
  if (tags !== undefined) record['spanline.tags'] = tags;
}

/** Keys of which the span or its context was given more than the record has. */
function leftOutOfSpan({ leftOut, values }: SpanState): ReadonlySet<string> | undefined {
  const inherited = leftOutOf(values);
  if (inherited === undefined || leftOut === undefined) return leftOut ?? inherited;
  return new Set([...inherited, ...leftOut]);
}

/** Three significant digits, never with an exponent: 0.000325, 0.0000006. */
function decimal(usd: number): string {
  const text = String(roundSignificant(usd, 3));
  if (!text.includes('e-')) return text;
  const [digits = '', exponent] = text.split('e-');
  return usd.toFixed(Math.min(20, Number(exponent) + digits.replace(/^\d\.?/, '').length));
}

/** Writes a summary for people: `chat gpt-4o-mini 1834 ms 1532→287 tok $0.000325`. All of it is in other fields too. */
function summarize({ attributes, name, durationMs, status }: SpanState, costUsd: number | undefined): string {
  const { 'gen_ai.usage.input_tokens': input, 'gen_ai.usage.output_tokens': output } = attributes;
  let text = `${name} ${Math.round(durationMs)} ms`;
  if (input !== undefined || output !== undefined) text += ` ${input ?? '?'}→${output ?? '?'} tok`;
  if (costUsd !== undefined) text += ` $${decimal(costUsd)}`;
  return status === 'ok' ? text : `${text} ${status}`;
}

/** The line of a span without its content. */
export interface SpanLine extends SplitLine {
  /** Cost of the call, if known. */
  readonly costUsd: number | undefined;
  /** Keys of which the record has less than was given. */
  readonly leftOut: ReadonlySet<string> | undefined;
}

/** Builds the line of a span, complete except for its content, which capture writes last. */
export function buildSpanLine(state: SpanState, { commonFields, level, pricer }: SpanRecordParts): SpanLine {
  if (!isBilledBelow(state) && isSecondRecord(state)) removeSecondBill(state);
  if (isBilledBelow(state)) removeUsage(state);
  const own = createOwnFields(state, state.level ?? levelFor(state.status, level));
  writeCircumstances(own, state);
  writeAttributes(own, state);
  const costUsd = writeUsage(state, own, pricer);
  if (state.outerCall !== undefined) tellOuterCall(state, state.outerCall);
  own.message = summarize(state, costUsd);
  writeError(own, state);
  writeLabels(own, state);
  return { common: commonFields(state.scope, state.status), own, costUsd, leftOut: leftOutOfSpan(state) };
}
