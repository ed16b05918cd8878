/** Traces and single ids, found by the index. */

import type { AttributeKey, SpanRecord } from '@spanline/record';
import { SUMMARY_KEYS, type TraceCollector, type TraceKey, type TraceSummary } from '../answers/index.ts';
import { type Filter } from '../filter/index.ts';
import { rowsOf, type SqlValue } from './duckdb.ts';
import type { IndexView } from './log-index.ts';
import { IS_END, SCAN_ORDER, type Sql, START, STOP, whereOf } from './questions.ts';
import { keySql } from './stats-question.ts';

/**
 * The traces in which a span passes; `undefined` if the index cannot answer. Those that may get more lines stay in
 * the collector.
 */
export function indexedTraces(
  view: IndexView,
  filter: Filter,
  collector: TraceCollector,
  signal: AbortSignal | undefined,
): AsyncGenerator<TraceSummary> | undefined {
  const { text, parameters, isExact } = whereOf(view, filter);
  if (!isExact) return undefined;
  const columns = [IS_END, START, STOP, text, ...SUMMARY_KEYS.map((key) => keySql(view, key))];
  const trace = keySql(view, 'trace_id');
  const passing = `SELECT ${trace} FROM ${view.table} WHERE ${IS_END} AND ${text}`;
  const isScore = `${keySql(view, 'event.name')} = 'gen_ai.evaluation.result'`;
  // A score of a request need not name the trace.
  const ofRequest = `${isScore} AND ${trace} IS NULL`;
  const sql = `SELECT ${columns.join(', ')} FROM ${view.table}
    WHERE (${IS_END} OR ${isScore}) AND ${trace} IN (${passing}) OR ${ofRequest} ORDER BY ${SCAN_ORDER}`;
  return summaries(view, { text: sql, parameters }, collector, signal);
}

const numberOf = (value: SqlValue | undefined): number | undefined => (typeof value === 'number' ? value : undefined);

async function* summaries(
  view: IndexView,
  { text, parameters }: Sql,
  collector: TraceCollector,
  signal: AbortSignal | undefined,
): AsyncGenerator<TraceSummary> {
  for await (const rows of rowsOf(view.connection, text, parameters, signal)) {
    for (const [isEnd, start, stop, passes, ...values] of rows) {
      const record = Object.fromEntries(
        SUMMARY_KEYS.flatMap((key, index) => (values[index] === null ? [] : [[key, values[index]]])),
      ) as SpanRecord;
      if (isEnd !== true) collector.addScore(record);
      else collector.addSpan(record, { start: numberOf(start), end: numberOf(stop) }, passes === true);
    }
    yield* collector.take(false);
  }
}

/** Keys of ids; the closest one first. */
const ID_KEYS: readonly (readonly [TraceKey, AttributeKey])[] = [
  ['trace', 'trace_id'],
  ['span', 'span_id'],
  ['request', 'http.request.id'],
  ['session', 'session.id'],
  ['user', 'user.id'],
];

/** Traces that a condition lists. A list is compared faster than the answer to a question of its own. */
const MAX_LISTED = 100;

/** Ids of the traces of lines with a value; at most one more than are listed. `null`: a line without a trace. */
async function tracesOf(
  view: IndexView,
  own: string,
  id: string,
  signal: AbortSignal | undefined,
): Promise<readonly SqlValue[]> {
  const sql = `SELECT DISTINCT ${keySql(view, 'trace_id')} FROM ${view.table} WHERE ${own} LIMIT ${MAX_LISTED + 1}`;
  const traces: SqlValue[] = [];
  for await (const rows of rowsOf(view.connection, sql, [id], signal)) traces.push(...rows.flat());
  return traces;
}

/** The lines of traces, and those with the id that have no trace. */
function linesOfTraces(view: IndexView, own: string, id: string, traces: readonly SqlValue[]): Sql {
  const trace = keySql(view, 'trace_id');
  if (traces.length > MAX_LISTED) {
    const text = `(${own} AND ${trace} IS NULL OR ${trace} IN (SELECT ${trace} FROM ${view.table} WHERE ${own}))`;
    return { text, parameters: [id] };
  }
  const named = traces.filter((one) => typeof one === 'string');
  const isListed = (from: number): string => `${trace} IN (${named.map((_, at) => `$${from + at}`).join(', ')})`;
  if (named.length === traces.length) return { text: isListed(1), parameters: named };
  if (named.length === 0) return { text: own, parameters: [id] };
  return { text: `(${own} AND ${trace} IS NULL OR ${isListed(2)})`, parameters: [id, ...named] };
}

/**
 * The lines of the traces that an id names, as a condition. Keys are asked one after the other: the smallest and the
 * largest values of a block of rows show for most keys that the id is not among them.
 *
 * @returns `undefined` if no line has the id
 */
export async function traceWhere(
  view: IndexView,
  id: string,
  signal: AbortSignal | undefined,
): Promise<(Sql & { readonly by: TraceKey }) | undefined> {
  for (const [by, key] of ID_KEYS) {
    const column = keySql(view, key);
    if (column === 'NULL') continue;
    const own = `${column} = $1`;
    const traces = await tracesOf(view, own, id, signal);
    if (traces.length > 0) return { by, ...linesOfTraces(view, own, id, traces) };
  }
  return undefined;
}
