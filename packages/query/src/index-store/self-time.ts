/**
 * Self time in an index. It is stored with the lines of a file. A question computes it where a trace has lines
 * elsewhere: in another file, or behind the end of the index file.
 */

import type { DuckDBConnection } from '@duckdb/node-api';
import type { AttributeKey } from '@spanline/record';
import { PLACE } from './columns.ts';
import { identifier } from './duckdb.ts';

const IS_END = identifier(PLACE.isEnd);
const START = identifier(PLACE.start);
const STOP = identifier(PLACE.stop);
/** Lines whose self time is computed at once. */
const MAX_LINES = 1_000_000;

/** Self time of a line of a whole span, in milliseconds; `NULL` where it was not computed yet. */
export const SELF = identifier(PLACE.self);

/** Spans of a table. */
interface SpansOfTable {
  readonly table: string;
  /** SQL of a key. */
  readonly key: (key: AttributeKey) => string;
  /** Condition of the traces. They are whole in the table. */
  readonly traces: string;
  /** Condition of the spans. Others count as children only. @defaultValue none */
  readonly where?: string;
  /** SQL of a number that names a line. */
  readonly id: string;
  /** Columns, computed from a line of the table. @defaultValue none */
  readonly columns?: readonly string[];
}

/**
 * Tables of a statement: `own` has the spans, `parents` the self time of those that have children. Children cover of
 * a span the sum of what each adds behind the ends of those that began before.
 */
function withParents({ table, key, traces, where = 'true', id, columns = [] }: SpansOfTable): string {
  const trace = key('trace_id');
  const span = key('span_id');
  const parent = key('parent_span_id');
  const times = `${START} AS start, ${STOP} AS stop`;
  const isTimed = `${START} IS NOT NULL AND ${STOP} IS NOT NULL`;
  // Numbers are sorted and joined faster than two texts.
  return `
    WITH children AS (
      SELECT place, start, stop, max(stop) OVER (
        PARTITION BY place ORDER BY start ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
      ) AS reached
      FROM (SELECT hash(${trace}, ${parent}) AS place, ${times} FROM ${table}
        WHERE ${IS_END} AND ${isTimed} AND ${traces} AND ${span} IS NOT NULL AND ${parent} <> ${span})
    ), own AS (
      SELECT ${[`${id} AS id`, `hash(${trace}, ${span}) AS place`, times, ...columns].join(', ')}
      FROM ${table} WHERE ${IS_END} AND ${isTimed} AND ${traces} AND ${span} IS NOT NULL AND ${where}
    ), parents AS (
      SELECT own.id, greatest(0, any_value(own.stop - own.start) - sum(greatest(0, least(children.stop, own.stop)
        - greatest(children.start, own.start, coalesce(children.reached, own.start))))) AS self
      FROM own JOIN children USING (place)
      GROUP BY own.id
    )`;
}

/** Rows with the columns of a span and its `self` time. */
export function selfTimes(spans: Omit<SpansOfTable, 'id'>): string {
  return `${withParents({ ...spans, id: 'row_number() OVER ()' })}
    SELECT own.*, coalesce(parents.self, greatest(0, own.stop - own.start)) AS self
    FROM own LEFT JOIN parents USING (id)`;
}

/** Stores the self time of lines that have none, and of the other lines of their traces. */
export async function storeSelfTimes(
  connection: DuckDBConnection,
  table: string,
  columns: readonly string[],
  signal: AbortSignal | undefined,
): Promise<void> {
  const key = (name: AttributeKey): string => (columns.includes(name) ? identifier(name) : 'CAST(NULL AS VARCHAR)');
  const trace = key('trace_id');
  const fresh = `SELECT DISTINCT ${trace} AS trace FROM ${table} WHERE ${IS_END} AND ${SELF} IS NULL AND ${trace} IS NOT NULL`;
  await connection.run(`CREATE TEMP TABLE fresh AS ${fresh}`);
  const counted = await connection.runAndReadAll(`SELECT count(*) FROM ${table}`);
  const parts = Math.ceil(Number(counted.getRows()[0]?.[0] ?? 0) / MAX_LINES);
  const isSpan = `${IS_END} AND ${trace} IS NOT NULL AND ${key('span_id')} IS NOT NULL`;
  const alone = `CASE WHEN ${isSpan} THEN greatest(0, coalesce(${STOP} - ${START}, 0)) ELSE 0 END`;
  await connection.run(`UPDATE ${table} SET ${SELF} = ${alone} WHERE ${SELF} IS NULL`);
  // A window over all lines of a large log takes too much memory.
  for (let part = 0; part < parts; part++) {
    signal?.throwIfAborted();
    const traces = `${trace} IN (SELECT trace FROM fresh WHERE hash(trace) % ${parts} = ${part})`;
    const parents = `${withParents({ table, key, traces, id: 'rowid' })} SELECT * FROM parents`;
    await connection.run(
      `UPDATE ${table} SET ${SELF} = parents.self FROM (${parents}) parents WHERE ${table}.rowid = parents.id`,
    );
  }
  await connection.run('DROP TABLE fresh');
}
