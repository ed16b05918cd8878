/** Traces and single ids, found by the index. */

import type { AttributeKey, SpanRecord } from '@spanline/record';
import { createTraceCollector, SUMMARY_KEYS, type TraceKey, type TraceSummary } from '../answers/index.ts';
import { type Filter } from '../filter/index.ts';
import { rowsOf, type SqlValue } from './duckdb.ts';
import type { IndexView } from './log-index.ts';
import { IS_END, OFFSET, PART_NUMBER, type Sql, START, STOP, whereOf } from './questions.ts';
import { keySql } from './stats-question.ts';

/** The traces in which a span passes; `undefined` if the index cannot tell them. */
export function indexedTraces(
  view: IndexView,
  filter: Filter,
  signal: AbortSignal | undefined,
): AsyncGenerator<TraceSummary> | undefined {
  const { text, parameters, isExact } = whereOf(view, filter);
  if (!isExact) return undefined;
  const columns = [START, STOP, text, ...SUMMARY_KEYS.map((key) => keySql(view, key))];
  const trace = keySql(view, 'trace_id');
  const passing = `SELECT ${trace} FROM ${view.table} WHERE ${IS_END} AND ${text}`;
  const sql = `SELECT ${columns.join(', ')} FROM ${view.table}
    WHERE ${IS_END} AND ${trace} IN (${passing}) ORDER BY ${PART_NUMBER}, ${OFFSET}`;
  return summaries(view, { text: sql, parameters }, signal);
}

const numberOf = (value: SqlValue | undefined): number | undefined => (typeof value === 'number' ? value : undefined);

async function* summaries(
  view: IndexView,
  { text, parameters }: Sql,
  signal: AbortSignal | undefined,
): AsyncGenerator<TraceSummary> {
  const collector = createTraceCollector();
  for await (const rows of rowsOf(view.connection, text, parameters, signal)) {
    for (const [start, stop, passes, ...values] of rows) {
      const record = Object.fromEntries(
        SUMMARY_KEYS.flatMap((key, index) => (values[index] === null ? [] : [[key, values[index]]])),
      ) as SpanRecord;
      collector.addSpan(record, { start: numberOf(start), end: numberOf(stop) }, passes === true);
    }
    yield* collector.take(false);
  }
  yield* collector.take(true);
}

/** Keys of ids; the closest one first. */
const ID_KEYS: readonly (readonly [TraceKey, AttributeKey])[] = [
  ['trace', 'trace_id'],
  ['span', 'span_id'],
  ['request', 'http.request.id'],
  ['session', 'session.id'],
  ['user', 'user.id'],
];

/** The lines of the traces that an id names, as a condition. `undefined` if no line has the id. */
export async function traceWhere(
  view: IndexView,
  id: string,
  signal: AbortSignal | undefined,
): Promise<(Sql & { readonly by: TraceKey }) | undefined> {
  const keys = ID_KEYS.map(([by, key]) => ({ by, sql: keySql(view, key) }));
  const tests = keys.map(({ sql }) => `count(*) FILTER (${sql} = $1) > 0`).join(', ');
  const any = keys.map(({ sql }) => `${sql} = $1`).join(' OR ');
  let found = -1;
  for await (const [row = []] of rowsOf(
    view.connection,
    `SELECT ${tests} FROM ${view.table} WHERE ${any}`,
    [id],
    signal,
  ))
    found = row.indexOf(true);
  const key = keys[found];
  if (key === undefined) return undefined;
  const trace = keySql(view, 'trace_id');
  const own = `${key.sql} = $1`;
  const text = `(${own} AND ${trace} IS NULL OR ${trace} IN (SELECT ${trace} FROM ${view.table} WHERE ${own}))`;
  return { by: key.by, text: key.by === 'trace' ? own : text, parameters: [id] };
}
