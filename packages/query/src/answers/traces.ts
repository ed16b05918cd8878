/** Puts the traces of a log together: one row for each. */

import type { SpanRecord } from '@spanline/record';
import { endMs, isSpanEnd, type ReadRecord, startMs } from '../records/index.ts';
import { addScore, addSpan, openTrace, type OpenTrace, type SpanTimes, toSummary } from './open-trace.ts';
import { createOpenTraces } from './open-traces.ts';
import type { TraceSummary } from './trace-summary.ts';

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
