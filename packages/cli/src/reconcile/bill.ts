/** A bill: what a provider counted or charged, by day, model and unit. */

/** Providers whose bills are read, by the names that lines have. */
export type BillProvider = 'openai' | 'anthropic' | 'aws.bedrock';

/** Units of a bill. Cached input is not part of `input`. `other` are charges of no call, such as storage and tax. */
export type BillUnit =
  | 'requests'
  | 'input'
  | 'cache read'
  | 'cache write 5m'
  | 'cache write 1h'
  | 'cache write'
  | 'output'
  | 'web searches'
  | 'other';

/** An entry of a bill. */
export interface BillEntry {
  /** Day of the bill, in UTC unless its offset is another: `2026-11-23`. */
  readonly day: string;
  /** Name of the model, or of the charge. */
  readonly model: string;
  readonly unit: BillUnit;
  /** Tokens, requests, searches. Absent if the bill has the charge alone. */
  readonly quantity?: number | undefined;
  /** Absent if the bill has the usage alone. */
  readonly costUsd?: number | undefined;
  /** Tier, unless it is the standard one: `batch`, `flex`, `priority`. */
  readonly tier?: string | undefined;
}

/** A row of a file, by normal names of columns. */
export type BillRow = ReadonlyMap<string, unknown>;

/** Why a row cannot be read. */
export type RowProblem = 'no day' | 'no number' | 'other currency' | 'unknown row';

/** Reads the rows of a provider. */
export type ReadRow = (row: BillRow, offsetMs: number) => readonly BillEntry[] | RowProblem;

/** The name of a column: `lineItem/UsageType`, `Line Item Usage Type` and `line_item_usage_type` are one. */
export function columnName(name: string): string {
  return name
    .trim()
    .replaceAll(/([a-z])([A-Z])/g, '$1_$2')
    .replaceAll(/[^A-Za-z0-9]+/g, '_')
    .toLowerCase();
}

/** The first of some columns that has a text. */
export function textIn(row: BillRow, ...columns: readonly string[]): string | undefined {
  for (const column of columns) {
    const value = row.get(column);
    if (typeof value === 'string' && value.trim() !== '') return value.trim();
  }
  return undefined;
}

const AMOUNT = /^-?\$?(?:\d+|\d{1,3}(?:,\d{3})+)?(?:\.\d+)?(?:e-?\d+)?$/i;

/** The number in the first of some columns that is not empty; `NaN` if that is no number. */
export function numberIn(row: BillRow, ...columns: readonly string[]): number | undefined {
  for (const column of columns) {
    const value = row.get(column);
    if (typeof value === 'number' || typeof value === 'bigint') return Number(value);
    if (typeof value !== 'string' || value.trim() === '') continue;
    const text = value.trim();
    return AMOUNT.test(text) ? Number(text.replaceAll(/[$,]/g, '')) : Number.NaN;
  }
  return undefined;
}

const SECONDS = 1e11;
const HAS_ZONE = /(?:Z|[+-]\d\d:?\d\d)$/i;
const LONGEST_DATE = 40;

function msOf(value: unknown): number {
  if (value instanceof Date) return value.getTime();
  if (typeof value === 'bigint') return msOf(Number(value));
  if (typeof value === 'number') return value < SECONDS ? value * 1000 : value;
  if (typeof value !== 'string' || value.length > LONGEST_DATE) return Number.NaN;
  const text = value.trim().replace(/ UTC$/, 'Z');
  if (/^\d{9,13}$/.test(text)) return msOf(Number(text));
  if (!/^\d{4}-\d\d-\d\d/.test(text)) return Number.NaN;
  // Providers write times in UTC. A time without a zone is one of them, not one of this machine.
  const time = text.replace(' ', 'T');
  return Date.parse(time.includes('T') && !HAS_ZONE.test(time) ? `${time}Z` : time);
}

/** A day alone is one of the bill, whatever its offset is. */
const isDay = (value: unknown): boolean => typeof value === 'string' && /^\d{4}-\d\d-\d\d$/.test(value.trim());

/**
 * The day of the first of some columns that is a day, an ISO time, or seconds since 1970.
 *
 * @param offsetMs - of the day of a time, from UTC
 */
export function dayIn(row: BillRow, offsetMs: number, ...columns: readonly string[]): string | undefined {
  for (const column of columns) {
    const value = row.get(column);
    const ms = msOf(value) + (isDay(value) ? 0 : offsetMs);
    if (Math.abs(ms) < 8.64e15) return new Date(ms).toISOString().slice(0, 10);
  }
  return undefined;
}
