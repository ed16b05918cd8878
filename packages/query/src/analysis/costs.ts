/** Cost by day, by model and by user, and what a month costs at that rate. */

import type { SpanRecord } from '@spanline/record';
import { type CallSpan, type CostRow, type Costs, rateStart, toCosts } from '../answers/index.ts';
import { parseFilter } from '../filter/index.ts';
import { isSpanEnd, lineMs, type ReadRecord } from '../records/index.ts';

type Mutable<T> = { -readonly [Key in keyof T]: T[Key] };
type Cell = Mutable<Omit<CostRow, 'name'>>;

const MAX_TIME = 8.64e15;
const HOUR = 3_600_000;
/** Names of one kind. Others are one row without a name. */
const MAX_NAMES = 100_000;

const number = (value: unknown): number => (typeof value === 'number' && Number.isFinite(value) ? value : 0);

/** Calls, by the grammar of filters: lines with a cost, or with the reason why they have none. */
export const CALLS = parseFilter('exists:cost OR exists:spanline.cost.reason');

/** The time of a call's line; `undefined` if it is no time of a calendar. */
function timeOf(record: SpanRecord): number | undefined {
  const ms = lineMs(record);
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
  const span: CallSpan | undefined = Number.isFinite(first) ? { firstMs: first, lastMs: last } : undefined;
  const from = span === undefined ? 0 : Math.floor(rateStart(span) / HOUR);
  const recentUsd = [...hours].reduce((sum, [hour, usd]) => sum + (hour >= from ? usd : 0), 0);
  return toCosts({ total, days: toRows(days), models: toRows(models), users: toRows(users), span, recentUsd });
}
