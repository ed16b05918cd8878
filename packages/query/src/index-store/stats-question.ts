/** Figures by step or other fields, computed by DuckDB. */

import { type AttributeKey, UNBILLED_REASONS } from '@spanline/record';
import { type Stats, toStats } from '../answers/index.ts';
import { columnOf, type Field, type Filter, intervalOf, type Value } from '../filter/index.ts';
import { rowsOf, type SqlValue } from './duckdb.ts';
import { fieldSql } from './field-sql.ts';
import type { IndexView } from './log-index.ts';
import { IS_END, PART_NUMBER, whereOf } from './questions.ts';
import { SELF, selfTimes } from './self-time.ts';

const UNBILLED = UNBILLED_REASONS.map((reason) => `'${reason}'`).join(', ');

/** The SQL of a key that has a column in every index. */
export function keySql(view: IndexView, key: AttributeKey): string {
  const column = columnOf(key);
  return (column && view.column(column)) ?? 'NULL';
}

/** Figures of a group, in the order of their columns. */
function figures(view: IndexView): string[] {
  const key = (name: AttributeKey): string => keySql(view, name);
  const ttft = `${key('gen_ai.response.time_to_first_chunk')} * 1000`;
  const cost = key('spanline.cost.usd');
  return [
    'count(*)',
    `count(*) FILTER (${key('span.status')} = 'error')`,
    `quantile_cont(${key('duration_ms')}, [0.5, 0.95, 0.99])`,
    `sum(${key('duration_ms')})`,
    `quantile_cont(${ttft}, [0.5, 0.95])`,
    `sum(${key('gen_ai.usage.input_tokens')})`,
    `sum(${key('gen_ai.usage.output_tokens')})`,
    `sum(${cost})`,
    `count(*) FILTER (${cost} IS NULL AND ${key('spanline.cost.reason')} NOT IN (${UNBILLED}))`,
    `sum(${SELF})`,
  ];
}

const number = (value: SqlValue | undefined): number => (typeof value === 'number' ? value : 0);
function quantile(value: SqlValue | undefined, index: number): number | undefined {
  const found = Array.isArray(value) ? (value as readonly SqlValue[])[index] : undefined;
  return typeof found === 'number' ? found : undefined;
}

type Group = Parameters<typeof toStats>[1][number];

function valueOf(value: SqlValue | undefined, { everyMs }: Field): Value | undefined {
  if (value === null || value === undefined) return undefined;
  return everyMs === undefined ? (value as Value) : intervalOf(number(value), everyMs);
}

function toGroup(row: readonly SqlValue[], by: readonly Field[], selfMs: number | undefined): Group {
  const [count, errors, durations, totalMs, ttft, input, output, cost, unknown, self] = row.slice(by.length);
  return {
    by: by.map((field, index) => valueOf(row[index], field)),
    count: number(count),
    errors: number(errors),
    p50Ms: quantile(durations, 0),
    p95Ms: quantile(durations, 1),
    p99Ms: quantile(durations, 2),
    totalMs: number(totalMs),
    selfMs: selfMs ?? number(self),
    inputTokens: number(input),
    outputTokens: number(output),
    costUsd: number(cost),
    unknownCosts: number(unknown),
    ttftP50Ms: quantile(ttft, 0),
    ttftP95Ms: quantile(ttft, 1),
  };
}

/**
 * Self time of the spans that pass, by group. It is computed for traces with lines in several files, or behind the end
 * of an index file. Of other traces it is stored.
 */
function selfSql(view: IndexView, where: string, by: readonly string[]): string {
  const key = (name: AttributeKey): string => keySql(view, name);
  const trace = key('trace_id');
  const columns = by.map((sql, index) => `${sql} AS by${index}`);
  const names = by.map((_, index) => `by${index}`);
  const grouping = names.length > 0 ? `GROUP BY ${names.join(', ')}` : '';
  const computed = selfTimes({
    table: view.table,
    key,
    traces: `${trace} IN (SELECT trace FROM parted)`,
    where,
    columns,
  });
  return `
    WITH parted AS MATERIALIZED (
      SELECT ${trace} AS trace FROM ${view.table} WHERE ${IS_END} AND ${trace} IS NOT NULL GROUP BY 1
      HAVING min(${PART_NUMBER}) <> max(${PART_NUMBER}) OR count(${SELF}) < count(*)
    )
    SELECT ${[...names, 'sum(self)'].join(', ')} FROM (
      SELECT ${[...columns, `${SELF} AS self`].join(', ')} FROM ${view.table}
      WHERE ${IS_END} AND ${where} AND ${trace} NOT IN (SELECT trace FROM parted)
      UNION ALL SELECT ${[...names, 'self'].join(', ')} FROM (${computed})
    ) ${grouping}`;
}

const nameOf = (row: readonly SqlValue[], groups: number): string => JSON.stringify(row.slice(0, groups));

/** Figures of the spans that pass; `undefined` if the index cannot answer. */
export async function indexedStats(
  view: IndexView,
  filter: Filter,
  by: readonly Field[],
  signal: AbortSignal | undefined,
): Promise<Stats | undefined> {
  const { text, parameters, isExact } = whereOf(view, filter);
  const fields = by.map((field) => fieldSql(field, (column) => view.column(column)));
  const groups = fields.filter((sql) => sql !== undefined);
  if (!isExact || groups.length < fields.length) return undefined;
  const self = new Map<string, number>();
  if (!view.isOneFile) {
    for await (const rows of rowsOf(view.connection, selfSql(view, text, groups), parameters, signal))
      for (const row of rows) self.set(nameOf(row, by.length), number(row[by.length]));
  }
  const grouping =
    by.length === 0 ? 'HAVING count(*) > 0' : `GROUP BY ${groups.map((_, index) => index + 1).join(', ')}`;
  const sql = `SELECT ${[...groups, ...figures(view)].join(', ')} FROM ${view.table} WHERE ${IS_END} AND ${text} ${grouping}`;
  const found: Group[] = [];
  for await (const rows of rowsOf(view.connection, sql, parameters, signal)) {
    for (const row of rows)
      found.push(toGroup(row, by, view.isOneFile ? undefined : (self.get(nameOf(row, by.length)) ?? 0)));
  }
  return toStats(
    by.map(({ name }) => name),
    found,
  );
}
