import type { BenchResult } from './harness.ts';
import type { HeapUse } from './heap-meter.ts';

/** Heap of the JavaScript side of a ratio: ours, and that of the peer. */
interface RowHeap {
  readonly ours: HeapUse;
  readonly peer: HeapUse;
}

/** CPU time of the sides of a ratio, in nanoseconds. */
interface RowSides {
  readonly oursNs: number;
  readonly peerNs: number;
  readonly peer: string;
}

/** One line of the budget table. */
export interface Row {
  readonly what: string;
  readonly budget: string;
  readonly measured: number;
  readonly limit: number;
  readonly unit: '×' | 'µs' | 'ms' | 'MB' | 'kB' | '%';
  /** Absolute figures behind the ratio. */
  readonly detail: string;
  /** Of a ratio: what was compared. */
  readonly sides?: RowSides;
  /** Allocated bytes and pauses of an operation, where they were measured. */
  readonly heap?: RowHeap;
}

/** Limits on a busy machine are this much wider. */
const BUSY_FACTOR = 1.3;

const NOTHING: HeapUse = { bytes: Number.NaN, gcNs: Number.NaN };

/** A time as text. */
export const micros = (ns: number): string => `${(ns / 1000).toFixed(2)} µs`;
/** A size as text. */
export const kilobytes = (bytes: number): string => `${(bytes / 1000).toFixed(1)} kB`;
const heapOf = (result: BenchResult | undefined): HeapUse =>
  result === undefined ? NOTHING : { bytes: result.bytes, gcNs: result.gcNs };
const heapAbove = (result: BenchResult | undefined, base: BenchResult | undefined): HeapUse => ({
  bytes: heapOf(result).bytes - heapOf(base).bytes,
  gcNs: heapOf(result).gcNs - heapOf(base).gcNs,
});

/** A ratio of two cases of one run against its budget. */
export function ratio(
  what: string,
  limit: number,
  measured: BenchResult | undefined,
  against: BenchResult | undefined,
): Row {
  const [oursNs, peerNs, peer] = [
    measured?.medianNs ?? Number.NaN,
    against?.medianNs ?? Number.NaN,
    against?.name ?? '?',
  ];
  return {
    what,
    limit,
    budget: `≤ ${limit}×`,
    unit: '×',
    measured: oursNs / peerNs,
    detail: `${micros(oursNs)} / ${micros(peerNs)} (${peer})`,
    sides: { oursNs, peerNs, peer },
    heap: { ours: heapOf(measured), peer: heapOf(against) },
  };
}

/** A ratio that is told and has no limit. */
export function told(what: string, measured: BenchResult | undefined, against: BenchResult | undefined): Row {
  return { ...ratio(what, Number.POSITIVE_INFINITY, measured, against), budget: '' };
}

/** What two cases add to a baseline, as a ratio. */
export function addedRatio(
  what: string,
  limit: number,
  base: BenchResult | undefined,
  measured: BenchResult | undefined,
  against: BenchResult | undefined,
): Row {
  const zero = base?.medianNs ?? Number.NaN;
  const added = (measured?.medianNs ?? Number.NaN) - zero;
  const other = (against?.medianNs ?? Number.NaN) - zero;
  const peer = against?.name ?? '?';
  return {
    what,
    limit,
    budget: `≤ ${limit}×`,
    unit: '×',
    measured: added / other,
    detail: `+${micros(added)} / +${micros(other)} (${peer}) over ${micros(zero)}`,
    sides: { oursNs: added, peerNs: other, peer },
    heap: { ours: heapAbove(measured, base), peer: heapAbove(against, base) },
  };
}

/** What two cases add to a baseline, as a ratio that is told and has no limit. */
export function addedTold(
  what: string,
  base: BenchResult | undefined,
  measured: BenchResult | undefined,
  against: BenchResult | undefined,
): Row {
  return { ...addedRatio(what, Number.POSITIVE_INFINITY, base, measured, against), budget: '' };
}

/** Bytes that a case allocates above a baseline, for each of its spans. */
export function bytesPerSpan(
  what: string,
  limit: number,
  spans: number,
  base: BenchResult | undefined,
  measured: BenchResult | undefined,
): Row {
  const { bytes } = base === undefined ? heapOf(measured) : heapAbove(measured, base);
  return absolute(
    `${what}, allocated per span`,
    { limit, unit: 'kB', measured: bytes / spans / 1000 },
    `${spans} spans`,
  );
}

/** A figure that has no peer. */
export function absolute(
  what: string,
  { limit, unit, measured }: Pick<Row, 'limit' | 'unit' | 'measured'>,
  detail: string,
): Row {
  return { what, limit, unit, measured, budget: `≤ ${limit} ${unit}`, detail };
}

function heapText({ heap }: Row): string {
  if (heap === undefined || Number.isNaN(heap.ours.bytes)) return '';
  const { ours, peer } = heap;
  return `; allocated ${kilobytes(ours.bytes)} / ${kilobytes(peer.bytes)}, GC ${micros(ours.gcNs)} / ${micros(peer.gcNs)}`;
}

/** Prints rows as a table. */
export function printRows(rows: readonly Row[], isBusy: boolean): void {
  const width = Math.max(...rows.map(({ what }) => what.length));
  for (const row of rows) {
    const { what, budget, measured, limit, unit, detail } = row;
    const most = isBusy ? limit * BUSY_FACTOR : limit;
    const mark = limit === Number.POSITIVE_INFINITY ? ' ' : measured <= most ? '✓' : '✗';
    console.log(
      `${mark} ${what.padEnd(width)}  ${measured.toFixed(2)} ${unit}  ${budget.padEnd(8)} ${detail}${heapText(row)}`,
    );
  }
}
