/** A list of traces. The page asks for windows of it, also while the lines are being read. */

import type { Filter, Progress, Query, TraceSummary } from '@spanline/query';
import type { GroupsAnswer, ReadState, TraceGroup, TraceOrder, TraceRow, TracesAnswer } from '../../contract/index.ts';
import { type Groups, groupTraces, sortGroups } from './groups.ts';
import { sortDescending } from './sorting.ts';
import { createTraceTable, type TraceTable } from './trace-table.ts';

/** Traces that a list holds at most; of more, the newest stay. */
const MAX_ROWS = 2_000_000;
/** A log of more bytes shows its newest traces first. */
const LARGE_BYTES = 64 * 1024 * 1024;
/** Bytes at the end of a large log that are read first. */
const NEWEST_BYTES = 8 * 1024 * 1024;
/** How long the first answer waits for rows. */
const PATIENCE_MS = 1000;
/** Bars of the histogram. */
const BARS = 60;
/** Lengths of a bar, in seconds: the shortest one with at most {@link BARS} bars is taken. */
const BAR_SECONDS = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14_400, 28_800, 86_400];

function barLength(spanMs: number): number {
  const seconds = BAR_SECONDS.find((length) => spanMs / (length * 1000) < BARS);
  return 1000 * (seconds ?? Math.ceil(spanMs / BARS / 86_400_000) * 86_400);
}

/** Traces by the time of their start. Bars without a trace are left out. */
export type Histogram = Pick<TracesAnswer, 'barMs' | 'histogram'>;

function toHistogram(table: TraceTable): Histogram {
  const starts = table.numbers('start');
  const errors = table.numbers('errors');
  let first = Number.POSITIVE_INFINITY;
  let last = Number.NEGATIVE_INFINITY;
  for (const startMs of starts) {
    if (Number.isNaN(startMs)) continue;
    first = Math.min(first, startMs);
    last = Math.max(last, startMs);
  }
  const barMs = Number.isFinite(first) ? barLength(last - first) : 1000;
  const bars = new Map<number, { startMs: number; traces: number; errors: number }>();
  for (let index = 0; index < starts.length; index++) {
    const startMs = starts[index] ?? Number.NaN;
    if (Number.isNaN(startMs)) continue;
    const at = Math.floor(startMs / barMs) * barMs;
    let bar = bars.get(at);
    if (bar === undefined) bars.set(at, (bar = { startMs: at, traces: 0, errors: 0 }));
    bar.traces++;
    if ((errors[index] ?? 0) > 0) bar.errors++;
  }
  return { barMs, histogram: [...bars.values()].toSorted((a, b) => a.startMs - b.startMs) };
}

/** A list of traces, which follows its source. */
export interface TraceList {
  /**
   * @param offset - place of the first row
   * @param limit - rows at most
   * @throws the fault that ended the reading
   */
  window(order: TraceOrder, offset: number, limit: number): TracesAnswer;
  /** The place of a trace in an order. `undefined` if the list does not have it. */
  placeOf(order: TraceOrder, traceId: string): number | undefined;
  /** The row of a trace; its id alone if the list does not have it. */
  rowOf(traceId: string): Pick<TraceRow, 'traceId' | 'scores'>;
  /** A window of the groups of the traces. @throws the fault that ended the reading */
  groups(by: TraceGroup, order: TraceOrder, offset: number, limit: number): GroupsAnswer;
  /** The traces that are held. */
  readonly table: TraceTable;
  /** Traces over time. */
  readonly bars: Histogram;
  /** Resolves when there are rows, or the lines were read, or a second is over. The first answer is then not empty. */
  readonly begun: Promise<unknown>;
  /** Resolves when the lines were read; rejects with their fault. */
  readonly done: Promise<void>;
  readonly isComplete: boolean;
  readonly hasFailed: boolean;
  /** Reads the lines that were written since. A complete list may be asked, one call at a time. */
  more(): Promise<void>;
  /** The source does not hold any more what was read: another list must take the place of this one. */
  readonly isOver: boolean;
  stop(): void;
}

/** Starts to read the traces in which a span passes a filter. */
export function readTraceList(query: Query, filter: Filter): TraceList {
  let table = createTraceTable(MAX_ROWS);
  let isComplete = false;
  let fault: { readonly error: unknown } | undefined;
  let progress: Progress | undefined;
  const followed = query.followTraces(filter);
  const sorted = new Map<TraceOrder, Uint32Array>();
  let lastOrder: TraceOrder = 'start';
  const grouped = new Map<TraceGroup, Groups>();
  let bars: Histogram = { barMs: 1000, histogram: [] };
  const stop = new AbortController();

  let begin = (): void => {};
  const begun = new Promise<void>((resolve) => {
    begin = resolve;
  });

  function show(found: TraceTable): void {
    begin();
    table = found;
    bars = toHistogram(found);
    sorted.clear();
    grouped.clear();
  }

  /** Places of the rows; of equal ones the newest first. */
  function sort(order: TraceOrder): Uint32Array {
    const known = sorted.get(order);
    if (known !== undefined) return known;
    const equal = order === 'start' ? Uint32Array.from({ length: table.count }, (_, index) => index) : sort('start');
    const places = sortDescending(table.numbers(order), equal);
    sorted.set(order, places);
    return places;
  }

  function groupsBy(by: TraceGroup): Groups {
    const known = grouped.get(by) ?? groupTraces(table, by);
    grouped.set(by, known);
    return known;
  }

  async function fill(rows: TraceTable, found: AsyncIterable<TraceSummary>): Promise<TraceTable> {
    for await (const trace of found) rows.set(trace);
    return rows;
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

  async function read(): Promise<void> {
    if ((await query.size()) > LARGE_BYTES) {
      // The newest traces are there at once, also of a log that takes long to read.
      const newest = query.traces(filter, { signal: stop.signal, lastBytes: NEWEST_BYTES });
      show(await fill(createTraceTable(MAX_ROWS), newest));
      await buildIndex();
    }
    const all = await fill(createTraceTable(MAX_ROWS), followed.read({ signal: stop.signal, onProgress }));
    isComplete = true;
    show(all);
  }

  async function more(): Promise<void> {
    show(await fill(table, followed.read({ signal: stop.signal, onProgress })));
    // Part of what a change takes, so that the next one waits for longer.
    sort(lastOrder);
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
    begin();
  });
  setTimeout(begin, PATIENCE_MS).unref();
  return {
    window(order, offset, limit) {
      if (fault !== undefined) throw fault.error;
      lastOrder = order;
      const places = sort(order).subarray(offset, offset + limit);
      return {
        rows: Array.from(places, (place) => table.row(place)),
        offset,
        total: table.count,
        ...(table.isCut ? { isCut: true as const } : {}),
        ...bars,
        state: state(),
      };
    },
    placeOf(order, traceId) {
      const index = table.indexOf(traceId);
      return index < 0 ? undefined : sort(order).indexOf(index);
    },
    rowOf(traceId) {
      const index = table.indexOf(traceId);
      return index < 0 ? { traceId } : table.row(index);
    },
    groups(by, order, offset, limit) {
      if (fault !== undefined) throw fault.error;
      const { rows, tracesWithout } = groupsBy(by);
      const window = sortGroups(rows, order).slice(offset, offset + limit);
      return { rows: window, offset, total: rows.length, tracesWithout, state: state() };
    },
    get table() {
      return table;
    },
    get bars() {
      return bars;
    },
    begun,
    done,
    get hasFailed() {
      return fault !== undefined;
    },
    get isComplete() {
      return isComplete;
    },
    more,
    get isOver() {
      return followed.isOver;
    },
    stop: () => stop.abort(),
  };
}
