import type { BenchResult } from './harness.ts';

/** One line of the budget table. */
export interface Row {
  readonly what: string;
  readonly budget: string;
  readonly measured: number;
  readonly limit: number;
  readonly unit: '×' | 'µs' | 'ms' | 'MB' | '%';
  /** Absolute figures behind the ratio. */
  readonly detail: string;
}

const micros = (ns: number): string => `${(ns / 1000).toFixed(2)} µs`;

/** A ratio of two cases of one run against its budget. */
export function ratio(
  what: string,
  limit: number,
  measured: BenchResult | undefined,
  against: BenchResult | undefined,
): Row {
  const value = (measured?.medianNs ?? Number.NaN) / (against?.medianNs ?? Number.NaN);
  return {
    what,
    limit,
    budget: `≤ ${limit}×`,
    unit: '×',
    measured: value,
    detail: `${micros(measured?.medianNs ?? Number.NaN)} / ${micros(against?.medianNs ?? Number.NaN)} (${against?.name ?? '?'})`,
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
  return {
    what,
    limit,
    budget: `≤ ${limit}×`,
    unit: '×',
    measured: added / other,
    detail: `+${micros(added)} / +${micros(other)} (${against?.name ?? '?'}) over ${micros(zero)}`,
  };
}

/** A figure that has no peer. */
export function absolute(
  what: string,
  { limit, unit, measured }: Pick<Row, 'limit' | 'unit' | 'measured'>,
  detail: string,
): Row {
  return { what, limit, unit, measured, budget: `≤ ${limit} ${unit}`, detail };
}

/** Prints rows as a table. */
export function printRows(rows: readonly Row[]): void {
  const width = Math.max(...rows.map(({ what }) => what.length));
  for (const { what, budget, measured, limit, unit, detail } of rows) {
    const mark = limit === Number.POSITIVE_INFINITY ? ' ' : measured <= limit ? '✓' : '✗';
    console.log(`${mark} ${what.padEnd(width)}  ${measured.toFixed(2)} ${unit}  ${budget.padEnd(8)} ${detail}`);
  }
}
