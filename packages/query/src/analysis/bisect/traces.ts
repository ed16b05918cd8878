/** Traces of a log as rows: when each began, its figures and its settings. */

import { hasUnknownCost, type SpanRecord } from '@spanline/record';
import { isSpanEnd, startMs } from '../../records/index.ts';
import type { Figure } from '../compare/index.ts';
import { isRequest, tokensOf } from '../explain/index.ts';
import { type Setting, settingsOf } from './settings.ts';

/** One trace. */
export interface TraceRow {
  readonly startMs: number;
  readonly figures: ReadonlyMap<Figure, number>;
  readonly settings: ReadonlyMap<Setting, string>;
}

/** Collects traces. */
export interface RowCollector {
  /** @param passes - a trace counts if one of its spans passes */
  add(kind: string, record: SpanRecord, passes: boolean): void;
  /** The rows in the order of time, and how many lines were left out beyond the limits. */
  end(): { readonly rows: readonly TraceRow[]; readonly leftOut: number };
}

const MAX_TRACES = 500_000;
const MAX_VALUES = 5;
const MAX_SCORES = 20;

const finite = (value: unknown): number | undefined =>
  typeof value === 'number' && Number.isFinite(value) ? value : undefined;

interface OpenTrace {
  startMs: number;
  passes: boolean;
  requestMs: number | undefined;
  isFailed: boolean;
  tokens: number | undefined;
  costUsd: number | undefined;
  hasUnknownCost: boolean;
  readonly settings: Map<Setting, Set<string>>;
  readonly scores: Map<string, { sum: number; count: number }>;
}

function addSpan(trace: OpenTrace, record: SpanRecord): void {
  trace.startMs = Math.min(trace.startMs, startMs(record) ?? Infinity);
  if (isRequest(record)) {
    trace.requestMs = Math.max(trace.requestMs ?? 0, finite(record.duration_ms) ?? 0);
    trace.isFailed ||= record['span.status'] === 'error';
  }
  const [tokens, costUsd] = [tokensOf(record), finite(record['spanline.cost.usd'])];
  if (tokens !== undefined) trace.tokens = (trace.tokens ?? 0) + tokens;
  if (costUsd !== undefined) trace.costUsd = (trace.costUsd ?? 0) + costUsd;
  trace.hasUnknownCost ||= hasUnknownCost(record);
  for (const [setting, value] of settingsOf(record)) {
    const values = trace.settings.get(setting);
    if (values === undefined) trace.settings.set(setting, new Set([value]));
    else if (values.size < MAX_VALUES) values.add(value);
  }
}

function addScore(trace: OpenTrace, record: SpanRecord): void {
  const name = record['gen_ai.evaluation.name'];
  const value = finite(record['gen_ai.evaluation.score.value']);
  if (name === undefined || value === undefined) return;
  const known = trace.scores.get(name);
  if (known !== undefined) [known.sum, known.count] = [known.sum + value, known.count + 1];
  else if (trace.scores.size < MAX_SCORES) trace.scores.set(name, { sum: value, count: 1 });
}

function rowOf(trace: OpenTrace): TraceRow {
  const { requestMs, tokens, costUsd } = trace;
  const figures = new Map<Figure, number>();
  if (requestMs !== undefined) figures.set('durationMs', requestMs).set('error', Number(trace.isFailed));
  if (tokens !== undefined) figures.set('tokens', tokens);
  // A sum that lacks a call may move because more calls are lacking.
  if (costUsd !== undefined && !trace.hasUnknownCost) figures.set('costUsd', costUsd);
  for (const [name, { sum, count }] of trace.scores) figures.set(`score ${name}`, sum / count);
  const settings = [...trace.settings].map(
    ([setting, values]) => [setting, [...values].toSorted().join(' + ')] as const,
  );
  return { startMs: trace.startMs, figures, settings: new Map(settings) };
}

/** Creates an empty collector. */
export function createRowCollector(): RowCollector {
  const traces = new Map<string, OpenTrace>();
  let leftOut = 0;

  function traceOf(id: string): OpenTrace | undefined {
    const known = traces.get(id);
    if (known !== undefined) return known;
    if (traces.size >= MAX_TRACES) return void leftOut++;
    const none = { requestMs: undefined, tokens: undefined, costUsd: undefined };
    const flags = { passes: false, isFailed: false, hasUnknownCost: false };
    const made = { startMs: Infinity, ...flags, ...none, settings: new Map(), scores: new Map() };
    traces.set(id, made);
    return made;
  }

  return {
    add(kind, record, passes) {
      const { trace_id: id } = record;
      if (typeof id !== 'string') return;
      const isSpan = isSpanEnd(kind, record);
      const trace = isSpan || kind === 'score' ? traceOf(id) : undefined;
      if (trace === undefined) return;
      trace.passes ||= passes && isSpan;
      if (isSpan) addSpan(trace, record);
      else addScore(trace, record);
    },
    end() {
      const passed = [...traces.values()].filter((trace) => trace.passes && Number.isFinite(trace.startMs));
      return { rows: passed.toSorted((a, b) => a.startMs - b.startMs).map(rowOf), leftOut };
    },
  };
}
