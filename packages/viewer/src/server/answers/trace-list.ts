/** A list of traces. The page asks for windows of it, also while the lines are being read. */

import type { Filter, Progress, Query, TraceSummary } from '@spanline/query';
import type { HistogramBar, ReadState, TraceOrder, TraceRow, TracesAnswer } from '../../contract.ts';
import { present } from './present.ts';

/** Traces that a list holds at most; of more, the newest stay. */
const MAX_ROWS = 200_000;
/** A log of more bytes shows its newest traces first. */
const LARGE_BYTES = 64 * 1024 * 1024;
/** Bytes at the end of a large log that are read first. */
const NEWEST_BYTES = 8 * 1024 * 1024;
/** Bars of the histogram. */
const BARS = 60;
/** Lengths of a bar, in seconds: the shortest one with at most {@link BARS} bars is taken. */
const BAR_SECONDS = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14_400, 28_800, 86_400];

function toRow(trace: TraceSummary): TraceRow {
  const { traceId, name, status, hasRoot, spans, errors, models, costUsd } = trace;
  return {
    traceId,
    name: name ?? '(no name)',
    spans,
    errors,
    tokens: trace.inputTokens + trace.outputTokens,
    costUsd,
    models,
    ...present({
      status,
      hasRoot: hasRoot ? (true as const) : undefined,
      startMs: trace.startMs,
      durationMs: trace.durationMs,
      service: trace.service,
      requestId: trace.requestId,
      sessionId: trace.sessionId,
      userId: trace.userId,
    }),
  };
}

const MEASURES: Readonly<Record<TraceOrder, (row: TraceRow) => number>> = {
  start: ({ startMs }) => startMs ?? 0,
  duration: ({ durationMs }) => durationMs ?? 0,
  tokens: ({ tokens }) => tokens,
  cost: ({ costUsd }) => costUsd,
  errors: ({ errors }) => errors,
  spans: ({ spans }) => spans,
};

/** The largest first; of equal ones, the newest. */
function sortBy(rows: readonly TraceRow[], order: TraceOrder): TraceRow[] {
  const measure = MEASURES[order];
  return rows.toSorted((a, b) => measure(b) - measure(a) || MEASURES.start(b) - MEASURES.start(a));
}

function barLength(spanMs: number): number {
  const seconds = BAR_SECONDS.find((length) => spanMs / (length * 1000) < BARS);
  return 1000 * (seconds ?? Math.ceil(spanMs / BARS / 86_400_000) * 86_400);
}

/** Counts traces by the time of their start. Bars without a trace are left out. */
function toHistogram(rows: readonly TraceRow[]): { barMs: number; histogram: HistogramBar[] } {
  let first = Number.POSITIVE_INFINITY;
  let last = Number.NEGATIVE_INFINITY;
  for (const { startMs } of rows) {
    if (startMs === undefined) continue;
    first = Math.min(first, startMs);
    last = Math.max(last, startMs);
  }
  const barMs = Number.isFinite(first) ? barLength(last - first) : 1000;
  const bars = new Map<number, { startMs: number; traces: number; errors: number }>();
  for (const { startMs, errors } of rows) {
    if (startMs === undefined) continue;
    const at = Math.floor(startMs / barMs) * barMs;
    const bar = bars.get(at) ?? { startMs: at, traces: 0, errors: 0 };
    bar.traces++;
    if (errors > 0) bar.errors++;
    bars.set(at, bar);
  }
  return { barMs, histogram: [...bars.values()].toSorted((a, b) => a.startMs - b.startMs) };
}

/** A list of traces, read once. */
export interface TraceList {
  /**
   * @param offset - place of the first row
   * @param limit - rows at most
   * @throws the fault that ended the reading
   */
  window(order: TraceOrder, offset: number, limit: number): TracesAnswer;
  /** Resolves when the lines were read; rejects with their fault. */
  readonly done: Promise<void>;
  readonly isComplete: boolean;
  readonly hasFailed: boolean;
  stop(): void;
}

/** Starts to read the traces in which a span passes a filter. */
export function readTraceList(query: Query, filter: Filter): TraceList {
  let rows: readonly TraceRow[] = [];
  let isCut = false;
  let isComplete = false;
  let fault: { readonly error: unknown } | undefined;
  let progress: Progress | undefined;
  const sorted = new Map<TraceOrder, readonly TraceRow[]>();
  let bars: ReturnType<typeof toHistogram> = { barMs: 1000, histogram: [] };
  const stop = new AbortController();

  function show(found: readonly TraceRow[]): void {
    rows = found;
    bars = toHistogram(found);
    sorted.clear();
  }

  function sort(order: TraceOrder): readonly TraceRow[] {
    const known = sorted.get(order) ?? sortBy(rows, order);
    sorted.set(order, known);
    return known;
  }

  /** The newest traces are there at once, also of a log that takes long to read. */
  async function readNewest(): Promise<void> {
    const newest: TraceRow[] = [];
    for await (const trace of query.traces(filter, { signal: stop.signal, lastBytes: NEWEST_BYTES }))
      newest.push(toRow(trace));
    show(newest);
  }

  const onProgress = (now: Progress): void => {
    progress = now;
  };

  async function buildIndex(): Promise<void> {
    try {
      await query.buildIndex({ signal: stop.signal, onProgress });
    } catch {
      // Without an index (no DuckDB, or another process builds it), the lines are read.
      stop.signal.throwIfAborted();
    }
  }

  async function readAll(): Promise<void> {
    let all: TraceRow[] = [];
    for await (const trace of query.traces(filter, { signal: stop.signal, onProgress })) {
      all.push(toRow(trace));
      if (all.length < MAX_ROWS * 1.1) continue;
      all = sortBy(all, 'start').slice(0, MAX_ROWS);
      isCut = true;
    }
    isComplete = true;
    show(all);
  }

  async function read(): Promise<void> {
    if ((await query.size()) > LARGE_BYTES) {
      await readNewest();
      await buildIndex();
    }
    await readAll();
  }

  function state(): ReadState {
    const { bytes = 0, totalBytes = 0, lines = 0, badLines = 0 } = progress ?? {};
    const share = isComplete ? 1 : totalBytes === 0 ? 0 : Math.min(0.99, bytes / totalBytes);
    const unread = [...query.unreadFiles()].map(([path, reason]) => `${path}: ${reason}`);
    return { isComplete, share, lines, badLines, unread };
  }

  const done = read();
  done.catch((error: unknown) => {
    fault = { error };
  });
  return {
    window(order, offset, limit) {
      if (fault !== undefined) throw fault.error;
      const list = sort(order);
      return {
        rows: list.slice(offset, offset + limit),
        offset,
        total: list.length,
        ...(isCut ? { isCut } : {}),
        ...bars,
        state: state(),
      };
    },
    done,
    get hasFailed() {
      return fault !== undefined;
    },
    get isComplete() {
      return isComplete;
    },
    stop: () => stop.abort(),
  };
}
