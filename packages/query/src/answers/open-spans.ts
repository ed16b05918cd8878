/**
 * Self time of the spans of a log. The spans of open traces are rows of numbers in one array: a large log has very many
 * of them.
 */

import { createOpenTraces } from './open-traces.ts';

/** A span whose self time is asked for. Times in milliseconds. */
interface OpenSpan {
  /** Numbers that stand for ids. */
  readonly trace: number;
  readonly id: number;
  readonly parent: number | undefined;
  readonly start: number;
  readonly end: number;
  /** Number of the group that gets the self time; `undefined` for a span that counts as a child only. */
  readonly group: number | undefined;
}

/** Adds up self time. */
export interface OpenSpans {
  add(span: OpenSpan): void;
  /** Closes all traces. */
  end(): void;
}

/** The spans of a trace: a list of rows. */
interface OpenTrace {
  last: number;
  count: number;
}

const NONE = -1;
/** Columns of a row. */
const ID = 0;
const PARENT = 1;
const START = 2;
const END = 3;
const GROUP = 4;
/** The row of the same trace before it, or the next one that is free. */
const BEFORE = 5;
const COLUMNS = 6;
const FIRST_ROWS = 1024;
/** Traces of fewer spans are sorted without calls. */
const FEW = 64;

/** The spans of one trace, in the order of their starts. Arrays are kept for the next trace. */
interface ClosingTrace {
  rows: Int32Array;
  /** End of the children so far, and time without a child. */
  reached: Float64Array;
  self: Float64Array;
  /** The last place of each bucket of ids, and the place before it in its bucket. */
  buckets: Int32Array;
  chain: Int32Array;
}

function roomFor(spans: number): ClosingTrace {
  return {
    rows: new Int32Array(spans),
    reached: new Float64Array(spans),
    self: new Float64Array(spans),
    buckets: new Int32Array(spans),
    chain: new Int32Array(spans),
  };
}

/** @param addSelfTime - called for each span with a group when its trace is closed */
export function createOpenSpans(addSelfTime: (group: number, selfMs: number) => void): OpenSpans {
  let table = new Float64Array(FIRST_ROWS * COLUMNS);
  let used = 0;
  let free = NONE;
  let room = roomFor(FEW);
  const get = (row: number, column: number): number => table[row * COLUMNS + column] ?? Number.NaN;

  function newRow(): number {
    if (free !== NONE) {
      const row = free;
      free = get(row, BEFORE);
      return row;
    }
    if ((used + 1) * COLUMNS > table.length) {
      const larger = new Float64Array(table.length * 2);
      larger.set(table);
      table = larger;
    }
    return used++;
  }

  /** Rows of a trace, by their starts. They are nearly in that order. */
  function sortRows({ last, count }: OpenTrace): Int32Array {
    const rows = room.rows.subarray(0, count);
    for (let row = last, at = count - 1; row !== NONE; row = get(row, BEFORE), at--) rows[at] = row;
    if (count > FEW) return rows.sort((a, b) => get(a, START) - get(b, START));
    for (let to = 1; to < count; to++) {
      const row = rows[to] ?? NONE;
      const start = get(row, START);
      let at = to;
      for (; at > 0 && get(rows[at - 1] ?? NONE, START) > start; at--) rows[at] = rows[at - 1] ?? NONE;
      rows[at] = row;
    }
    return rows;
  }

  function close(trace: OpenTrace): number {
    const { count } = trace;
    while (room.rows.length < count) room = roomFor(room.rows.length * 2);
    const { reached, self, buckets, chain } = room;
    const rows = sortRows(trace);
    let size = FEW;
    while (size < count) size *= 2;
    const mask = size - 1;
    buckets.fill(NONE, 0, size);
    for (let at = 0; at < count; at++) {
      const row = rows[at] ?? NONE;
      const start = get(row, START);
      const bucket = get(row, ID) & mask;
      chain[at] = buckets[bucket] ?? NONE;
      buckets[bucket] = at;
      reached[at] = start;
      self[at] = get(row, END) - start;
    }
    for (let at = 0; at < count; at++) {
      const row = rows[at] ?? NONE;
      const parent = get(row, PARENT);
      if (parent === get(row, ID)) continue;
      for (let of = buckets[parent & mask] ?? NONE; of !== NONE; of = chain[of] ?? NONE) {
        const parentRow = rows[of] ?? NONE;
        if (get(parentRow, ID) !== parent) continue;
        const to = Math.min(get(row, END), get(parentRow, END));
        const covered = to - Math.max(get(row, START), reached[of] ?? 0);
        if (covered <= 0) continue;
        self[of] = (self[of] ?? 0) - covered;
        reached[of] = to;
      }
    }
    for (let at = 0; at < count; at++) {
      const row = rows[at] ?? NONE;
      const group = get(row, GROUP);
      if (group !== NONE) addSelfTime(group, Math.max(0, self[at] ?? 0));
      table[row * COLUMNS + BEFORE] = free;
      free = row;
    }
    return count;
  }

  const traces = createOpenTraces<OpenTrace, number>(() => ({ last: NONE, count: 0 }), close);
  return {
    add({ trace: traceId, id, parent = Number.NaN, start, end, group = NONE }) {
      const trace = traces.get(traceId);
      const row = newRow();
      const at = row * COLUMNS;
      table[at + ID] = id;
      table[at + PARENT] = parent;
      table[at + START] = start;
      table[at + END] = end;
      table[at + GROUP] = group;
      table[at + BEFORE] = trace.last;
      trace.last = row;
      trace.count++;
      traces.hold(1);
    },
    end: () => traces.end(),
  };
}
