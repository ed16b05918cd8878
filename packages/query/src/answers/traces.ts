/** One row for each trace. */

import type { AttributeKey, SpanRecord, SpanStatus } from '@spanline/record';
import { endMs, isSpanEnd, type ReadRecord, startMs } from '../records/index.ts';
import { createOpenTraces } from './open-traces.ts';

/** A trace in a list. */
export interface TraceSummary {
  readonly traceId: string;
  /** Name of the root, or of the span that began first where the root is not among the lines. */
  readonly name: string | undefined;
  readonly status: SpanStatus | undefined;
  /** Whether the root is among the lines. */
  readonly hasRoot: boolean;
  /** Milliseconds since the epoch. */
  readonly startMs: number | undefined;
  /** From the first start to the last end. */
  readonly durationMs: number | undefined;
  readonly spans: number;
  /** Spans whose status is `error`. */
  readonly errors: number;
  readonly requestId: string | undefined;
  readonly sessionId: string | undefined;
  readonly userId: string | undefined;
  readonly service: string | undefined;
  /** Models that answered, in the order of their first call. */
  readonly models: readonly string[];
  readonly inputTokens: number;
  readonly outputTokens: number;
  /** Known costs, in US dollars. */
  readonly costUsd: number;
}

/** Keys that a list of traces needs. */
export const SUMMARY_KEYS = [
  'trace_id',
  'span_id',
  'parent_span_id',
  'span.name',
  'span.status',
  'service.name',
  'http.request.id',
  'session.id',
  'user.id',
  'gen_ai.request.model',
  'gen_ai.response.model',
  'gen_ai.usage.input_tokens',
  'gen_ai.usage.output_tokens',
  'spanline.cost.usd',
] as const satisfies readonly AttributeKey[];

type Mutable<T> = { -readonly [Key in keyof T]: T[Key] };
interface OpenTrace {
  readonly row: Mutable<TraceSummary>;
  readonly models: Set<string>;
  first: number;
  last: number;
  passes: boolean;
}

const number = (value: unknown): number => (typeof value === 'number' && Number.isFinite(value) ? value : 0);

function openTrace(traceId: string): OpenTrace {
  return {
    row: {
      traceId,
      name: undefined,
      status: undefined,
      hasRoot: false,
      startMs: undefined,
      durationMs: undefined,
      spans: 0,
      errors: 0,
      requestId: undefined,
      sessionId: undefined,
      userId: undefined,
      service: undefined,
      models: [],
      inputTokens: 0,
      outputTokens: 0,
      costUsd: 0,
    },
    models: new Set(),
    first: Number.POSITIVE_INFINITY,
    last: Number.NEGATIVE_INFINITY,
    passes: false,
  };
}

/** When a span began and ended, in milliseconds since the epoch. */
interface SpanTimes {
  readonly start: number | undefined;
  readonly end: number | undefined;
}

function addSpan(trace: OpenTrace, record: SpanRecord, { start, end }: SpanTimes): void {
  const { row } = trace;
  const isRoot = record.parent_span_id === undefined;
  if (isRoot || (!row.hasRoot && (start ?? Number.POSITIVE_INFINITY) < trace.first) || row.name === undefined) {
    row.name = record['span.name'];
    row.status = record['span.status'] as SpanStatus | undefined;
    row.service = record['service.name'];
  }
  row.hasRoot ||= isRoot;
  if (start !== undefined) trace.first = Math.min(trace.first, start);
  if (end !== undefined) trace.last = Math.max(trace.last, end);
  row.spans++;
  if (record['span.status'] === 'error') row.errors++;
  row.requestId ??= record['http.request.id'];
  row.sessionId ??= record['session.id'];
  row.userId ??= record['user.id'];
  const model = record['gen_ai.response.model'] ?? record['gen_ai.request.model'];
  if (typeof model === 'string') trace.models.add(model);
  row.inputTokens += number(record['gen_ai.usage.input_tokens']);
  row.outputTokens += number(record['gen_ai.usage.output_tokens']);
  row.costUsd += number(record['spanline.cost.usd']);
}

function toSummary({ row, models, first, last }: OpenTrace): TraceSummary {
  if (!Number.isFinite(first)) return { ...row, models: [...models] };
  return { ...row, models: [...models], startMs: first, durationMs: Math.max(0, last - first) };
}

/** Collects traces. */
export interface TraceCollector {
  /** Adds a line. A trace is listed if one of its spans passes. */
  add(read: ReadRecord, passes: boolean): void;
  /** Adds a span whose times are known. */
  addSpan(record: SpanRecord, times: SpanTimes, passes: boolean): void;
  /** Traces that are complete since the last call. `isEnd`: no line follows. */
  take(isEnd: boolean): TraceSummary[];
}

/** Creates a collector. Traces come in the order of their last lines, oldest first. */
export function createTraceCollector(): TraceCollector {
  let done: TraceSummary[] = [];
  const traces = createOpenTraces(openTrace, (trace) => {
    if (trace.passes) done.push(toSummary(trace));
    return 0;
  });

  function add(record: SpanRecord, times: SpanTimes, passes: boolean): void {
    const { trace_id: id } = record;
    if (typeof id !== 'string') return;
    const trace = traces.get(id);
    addSpan(trace, record, times);
    trace.passes ||= passes;
  }

  return {
    add({ kind, record }, passes) {
      if (isSpanEnd(kind, record)) add(record, { start: startMs(record), end: endMs(record) }, passes);
    },
    addSpan: add,
    take(isEnd) {
      if (isEnd) traces.end();
      const taken = done;
      done = [];
      return taken;
    },
  };
}
