/** Cost by day, by model and by user, and what a month costs at that rate. */

import type { SpanRecord } from '@spanline/record';
import { endMs, isSpanEnd, type ReadRecord } from '../records/index.ts';

/** Cost of one day, model or user. */
export interface CostRow {
  /** Day in UTC (`2026-11-23`), model, or user. `undefined` where a call has none. */
  readonly name: string | undefined;
  /** Calls that have a cost, or of which the cost is not known. */
  readonly calls: number;
  readonly inputTokens: number;
  readonly outputTokens: number;
  /** Input tokens that were read from the provider's cache. */
  readonly cachedTokens: number;
  /** Known costs, in US dollars. */
  readonly costUsd: number;
  /** Calls whose cost is not known. */
  readonly unknownCosts: number;
}

/** Cost of a log. */
export interface Costs {
  readonly total: Omit<CostRow, 'name'>;
  /** In the order of time. */
  readonly days: readonly CostRow[];
  /** The most expensive first. */
  readonly models: readonly CostRow[];
  readonly users: readonly CostRow[];
  /** Time from the first call to the last one, in milliseconds. */
  readonly coveredMs: number;
  /**
   * Cost of 30 days at the rate of the last seven days, or of all where there are fewer. `undefined` if the calls cover
   * less than a day.
   */
  readonly monthUsd: number | undefined;
}

type Mutable<T> = { -readonly [Key in keyof T]: T[Key] };
type Cell = Mutable<Omit<CostRow, 'name'>>;

const MAX_TIME = 8.64e15;
const DAY = 86_400_000;
const HOUR = 3_600_000;
const RATE_DAYS = 7;
const MONTH_DAYS = 30;
/** Names of one kind. Others are one row without a name. */
const MAX_NAMES = 100_000;

const number = (value: unknown): number => (typeof value === 'number' && Number.isFinite(value) ? value : 0);

/** The end of a call; `undefined` if it is no time of a calendar. */
function timeOf(record: SpanRecord): number | undefined {
  const ms = endMs(record);
  return ms !== undefined && Math.abs(ms) <= MAX_TIME ? ms : undefined;
}

const newCell = (): Cell => ({
  calls: 0,
  inputTokens: 0,
  outputTokens: 0,
  cachedTokens: 0,
  costUsd: 0,
  unknownCosts: 0,
});

function addTo(cell: Cell, record: SpanRecord): void {
  cell.calls++;
  cell.inputTokens += number(record['gen_ai.usage.input_tokens']);
  cell.outputTokens += number(record['gen_ai.usage.output_tokens']);
  cell.cachedTokens += number(record['gen_ai.usage.cache_read.input_tokens']);
  cell.costUsd += number(record['spanline.cost.usd']);
  if (record['spanline.cost.usd'] === undefined) cell.unknownCosts++;
}

function cellOf(cells: Map<string | undefined, Cell>, name: string | undefined): Cell {
  const known = cells.get(name);
  if (known !== undefined) return known;
  if (cells.size >= MAX_NAMES) return cellOf(cells, undefined);
  const cell = newCell();
  cells.set(name, cell);
  return cell;
}

const toRows = (cells: Map<string | undefined, Cell>): CostRow[] =>
  [...cells].map(([name, cell]) => ({ name, ...cell }));
const byCost = (a: CostRow, b: CostRow): number => b.costUsd - a.costUsd || b.calls - a.calls;

/** Adds up the cost of calls, such as those of `log.records('cost:*')`. */
export async function costsOf(records: AsyncIterable<ReadRecord>): Promise<Costs> {
  const total = newCell();
  const days = new Map<string | undefined, Cell>();
  const models = new Map<string | undefined, Cell>();
  const users = new Map<string | undefined, Cell>();
  /** Known cost by hour since the epoch. */
  const hours = new Map<number, number>();
  let first = Number.POSITIVE_INFINITY;
  let last = Number.NEGATIVE_INFINITY;
  for await (const { kind, record } of records) {
    const isCall = record['spanline.cost.usd'] !== undefined || record['spanline.cost.reason'] !== undefined;
    if (!isCall || !isSpanEnd(kind, record)) continue;
    const ms = timeOf(record);
    const day = ms === undefined ? undefined : new Date(ms).toISOString().slice(0, 10);
    const model = record['gen_ai.response.model'] ?? record['gen_ai.request.model'];
    for (const cell of [total, cellOf(days, day), cellOf(models, model), cellOf(users, record['user.id'])])
      addTo(cell, record);
    if (ms === undefined) continue;
    first = Math.min(first, ms);
    last = Math.max(last, ms);
    const hour = Math.floor(ms / HOUR);
    hours.set(hour, (hours.get(hour) ?? 0) + number(record['spanline.cost.usd']));
  }
  const coveredMs = Math.max(0, last - first) || 0;
  const from = Math.max(first, last - RATE_DAYS * DAY);
  const recent = [...hours].reduce((sum, [hour, usd]) => sum + (hour >= Math.floor(from / HOUR) ? usd : 0), 0);
  return {
    total,
    days: toRows(days).toSorted((a, b) => ((a.name ?? '') < (b.name ?? '') ? -1 : 1)),
    models: toRows(models).toSorted(byCost),
    users: toRows(users).toSorted(byCost),
    coveredMs: Number.isFinite(coveredMs) ? coveredMs : 0,
    monthUsd: coveredMs >= DAY && Number.isFinite(coveredMs) ? (recent / (last - from)) * DAY * MONTH_DAYS : undefined,
  };
}
