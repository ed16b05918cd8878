/** One row for each trace. */

import {
  type AttributeKey,
  hasUnknownCost,
  isOwnError,
  type SpanRecord,
  type SpanStatus,
  titleOf,
} from '@spanline/record';
import { endMs, isSpanEnd, type ReadRecord, startMs } from '../records/index.ts';
import { createOpenTraces } from './open-traces.ts';

/** The newest value of a score. */
export interface TraceScore {
  readonly name: string;
  readonly value: number;
}

/** A trace in a list. */
export interface TraceSummary {
  readonly traceId: string;
  /**
   * Name of the root, with the path of a request without a route, or of the span that began first where the root is not
   * among the lines.
   */
  readonly name: string | undefined;
  readonly status: SpanStatus | undefined;
  /** Whether the root is among the lines. */
  readonly hasRoot: boolean;
  /** Milliseconds since the epoch. */
  readonly startMs: number | undefined;
  /** From the first start to the last end. */
  readonly durationMs: number | undefined;
  readonly spans: number;
  /** Errors, counted where they arose: not in the spans that passed them on. */
  readonly errors: number;
  readonly requestId: string | undefined;
  readonly sessionId: string | undefined;
  readonly userId: string | undefined;
  readonly service: string | undefined;
  readonly route: string | undefined;
  /** From the start of the trace to the first token of a model call. */
  readonly ttftMs: number | undefined;
  /** Scores of the trace and of its spans, at most {@link MAX_SCORES} names. */
  readonly scores: readonly TraceScore[];
  /**
   * Models that answered, the one with the highest cost first; of equal ones, that of the first call. Embedding models
   * come last.
   */
  readonly models: readonly string[];
  readonly inputTokens: number;
  readonly outputTokens: number;
  /** Known costs, in US dollars. */
  readonly costUsd: number;
  /** Model calls whose cost is not known. */
  readonly unknownCosts: number;
}

/** The facts of a trace that its session adds up. */
export type SessionTrace = Pick<
  TraceSummary,
  | 'traceId'
  | 'sessionId'
  | 'userId'
  | 'startMs'
  | 'durationMs'
  | 'spans'
  | 'errors'
  | 'inputTokens'
  | 'outputTokens'
  | 'costUsd'
  | 'unknownCosts'
>;

/** Names of scores that a trace in a list has at most. */
const MAX_SCORES = 8;

/** Keys that a list of traces needs. */
export const SUMMARY_KEYS = [
  'trace_id',
  'span_id',
  'parent_span_id',
  'span.name',
  'span.type',
  'http.route',
  'url.path',
  'span.status',
  'spanline.error.propagated',
  'service.name',
  'http.request.id',
  'session.id',
  'user.id',
  'gen_ai.evaluation.name',
  'gen_ai.evaluation.score.value',
  'gen_ai.request.model',
  'gen_ai.response.model',
  'gen_ai.response.time_to_first_chunk',
  'gen_ai.usage.input_tokens',
  'gen_ai.usage.output_tokens',
  'spanline.cost.usd',
  'spanline.cost.reason',
] as const satisfies readonly AttributeKey[];

/** Place of a span among those that may give a trace its name. Lines of a cluster come in any order. */
interface Head {
  readonly isRoot: boolean;
  readonly start: number;
  readonly id: string;
}

type Mutable<T> = { -readonly [Key in keyof T]: T[Key] };
/** The part of a model in a trace. */
interface ModelShare {
  costUsd: number;
  onlyEmbeds: boolean;
}

interface OpenTrace {
  readonly row: Mutable<TraceSummary>;
  readonly models: Map<string, ModelShare>;
  readonly scores: Map<string, number>;
  /** The span whose name the trace has. */
  head: Head | undefined;
  /** When the first token of a model call came. */
  firstToken: number;
  first: number;
  last: number;
  passes: boolean;
}

const MS = 1000;
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
      route: undefined,
      ttftMs: undefined,
      scores: [],
      models: [],
      inputTokens: 0,
      outputTokens: 0,
      costUsd: 0,
      unknownCosts: 0,
    },
    models: new Map(),
    scores: new Map(),
    head: undefined,
    firstToken: Number.POSITIVE_INFINITY,
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

function addScore({ scores }: OpenTrace, record: SpanRecord): void {
  const name = record['gen_ai.evaluation.name'];
  const value = record['gen_ai.evaluation.score.value'];
  if (typeof name !== 'string' || typeof value !== 'number' || !Number.isFinite(value)) return;
  if (scores.has(name) || scores.size < MAX_SCORES) scores.set(name, value);
}

/** True for the span that gives a trace its name: a root before others, then the first that began. */
function isBefore(a: Head, b: Head): boolean {
  if (a.isRoot !== b.isRoot) return a.isRoot;
  return a.start === b.start ? a.id < b.id : a.start < b.start;
}

function addSpan(trace: OpenTrace, record: SpanRecord, { start, end }: SpanTimes): void {
  const { row } = trace;
  const isRoot = record.parent_span_id === undefined;
  const head = { isRoot, start: start ?? Number.POSITIVE_INFINITY, id: String(record.span_id) };
  if (trace.head === undefined || isBefore(head, trace.head)) {
    trace.head = head;
    row.name = titleOf(record);
    row.status = record['span.status'] as SpanStatus | undefined;
    row.service = record['service.name'];
  }
  row.hasRoot ||= isRoot;
  if (start !== undefined) trace.first = Math.min(trace.first, start);
  if (end !== undefined) trace.last = Math.max(trace.last, end);
  row.spans++;
  if (isOwnError(record)) row.errors++;
  if (hasUnknownCost(record)) row.unknownCosts++;
  row.requestId ??= record['http.request.id'];
  row.sessionId ??= record['session.id'];
  row.userId ??= record['user.id'];
  row.route ??= record['http.route'];
  addScore(trace, record);
  const wait = record['gen_ai.response.time_to_first_chunk'];
  if (start !== undefined && typeof wait === 'number') trace.firstToken = Math.min(trace.firstToken, start + wait * MS);
  const model = record['gen_ai.response.model'] ?? record['gen_ai.request.model'];
  if (typeof model === 'string') addModel(trace, model, record);
  row.inputTokens += number(record['gen_ai.usage.input_tokens']);
  row.outputTokens += number(record['gen_ai.usage.output_tokens']);
  row.costUsd += number(record['spanline.cost.usd']);
}

function addModel({ models }: OpenTrace, name: string, record: SpanRecord): void {
  const share = models.get(name) ?? { costUsd: 0, onlyEmbeds: true };
  share.costUsd += number(record['spanline.cost.usd']);
  share.onlyEmbeds &&= record['span.type'] === 'embedding';
  models.set(name, share);
}

function rankModels(models: ReadonlyMap<string, ModelShare>): string[] {
  const ranked = [...models].toSorted(
    ([, a], [, b]) => Number(a.onlyEmbeds) - Number(b.onlyEmbeds) || b.costUsd - a.costUsd,
  );
  return ranked.map(([name]) => name);
}

function toSummary({ row, models, scores, firstToken, first, last }: OpenTrace): TraceSummary {
  const lists = { models: rankModels(models), scores: [...scores].map(([name, value]) => ({ name, value })) };
  if (!Number.isFinite(first)) return { ...row, ...lists };
  const ttftMs = Number.isFinite(firstToken) ? Math.max(0, firstToken - first) : undefined;
  return { ...row, ...lists, startMs: first, durationMs: Math.max(0, last - first), ttftMs };
}

/** Collects traces. */
export interface TraceCollector {
  /** Adds a line: a span or a score. A trace is listed if one of its spans passes. */
  add(read: ReadRecord, passes: boolean): void;
  /** Adds a span whose times are known. */
  addSpan(record: SpanRecord, times: SpanTimes, passes: boolean): void;
  /** Adds a score of a trace, or of the trace of a request. */
  addScore(record: SpanRecord): void;
  /** Traces that are complete since the last call. `isEnd`: no line follows. */
  take(isEnd: boolean): TraceSummary[];
  /**
   * Traces that got a line since the last call, as they are now. The newest ones stay open: those that get more lines
   * are among them in the next call, too.
   */
  takeChanged(): TraceSummary[];
}

/** Traces of a log that grows that may get more lines. */
const KEPT_OPEN = 10_000;

/** Creates a collector. Traces come in the order of their last lines, oldest first. */
export function createTraceCollector(): TraceCollector {
  let done: TraceSummary[] = [];
  /** Those that are open and got a line; `undefined` until somebody asks for changes. */
  let changed: Set<OpenTrace> | undefined;
  /** Feedback on a request knows the id of the request alone. */
  const byRequest = new Map<string, OpenTrace>();
  const traces = createOpenTraces(openTrace, (trace) => {
    if (trace.passes && changed?.has(trace) !== false) done.push(toSummary(trace));
    changed?.delete(trace);
    if (trace.row.requestId !== undefined) byRequest.delete(trace.row.requestId);
    return 0;
  });

  function add(record: SpanRecord, times: SpanTimes, passes: boolean): void {
    const { trace_id: id } = record;
    if (typeof id !== 'string') return;
    const trace = traces.get(id);
    addSpan(trace, record, times);
    if (trace.row.requestId !== undefined) byRequest.set(trace.row.requestId, trace);
    trace.passes ||= passes;
    changed?.add(trace);
  }

  function score(record: SpanRecord): void {
    const { trace_id: id } = record;
    const trace = typeof id === 'string' ? traces.get(id) : byRequest.get(record['http.request.id'] ?? '');
    if (trace === undefined) return;
    addScore(trace, record);
    changed?.add(trace);
  }

  return {
    add({ kind, record }, passes) {
      if (isSpanEnd(kind, record)) add(record, { start: startMs(record), end: endMs(record) }, passes);
      else if (kind === 'score') score(record);
    },
    addSpan: add,
    addScore: score,
    take(isEnd) {
      if (isEnd) traces.end();
      const taken = done;
      done = [];
      return taken;
    },
    takeChanged() {
      traces.end(KEPT_OPEN);
      const taken = done;
      done = [];
      for (const trace of changed ?? traces.values()) if (trace.passes) taken.push(toSummary(trace));
      changed = new Set();
      return taken;
    },
  };
}
