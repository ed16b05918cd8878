/** A trace that is put together from its lines, in any order. */

import { hasUnknownCost, isOwnError, type SpanRecord, type SpanStatus, titleOf } from '@spanline/record';
import { MAX_SCORES, type TraceSummary } from './trace-summary.ts';

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

/** A trace that may get more lines. */
export interface OpenTrace {
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

/** A trace without a line. */
export function openTrace(traceId: string): OpenTrace {
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
export interface SpanTimes {
  readonly start: number | undefined;
  readonly end: number | undefined;
}

/** Adds a score of the trace, or of one of its spans. */
export function addScore({ scores }: OpenTrace, record: SpanRecord): void {
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

/** Adds a span. */
export function addSpan(trace: OpenTrace, record: SpanRecord, { start, end }: SpanTimes): void {
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

/** The trace as it is now. */
export function toSummary({ row, models, scores, firstToken, first, last }: OpenTrace): TraceSummary {
  const lists = { models: rankModels(models), scores: [...scores].map(([name, value]) => ({ name, value })) };
  if (!Number.isFinite(first)) return { ...row, ...lists };
  const ttftMs = Number.isFinite(firstToken) ? Math.max(0, firstToken - first) : undefined;
  return { ...row, ...lists, startMs: first, durationMs: Math.max(0, last - first), ttftMs };
}
