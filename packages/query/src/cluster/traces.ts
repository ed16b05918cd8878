/** Traces from a cluster: the newest ones, put together from their spans. */

import { list, number, props, type SpanRecord } from '@spanline/record';
import { createTraceCollector, SUMMARY_KEYS, type TraceSummary } from '../answers/index.ts';
import { type SearchQuery, toTest } from '../filter/index.ts';
import type { ReadRecord } from '../records/index.ts';
import { type Asked, both, EVERYTHING, isSpan, type LinesOptions, passing } from './open-cluster.ts';

/** Traces whose lines are read by one query. */
const CHUNK = 200;
/** Keys that a summary is made of. */
const KEYS: readonly (keyof SpanRecord)[] = [
  'spanline.schema',
  'event.name',
  '@timestamp',
  'event.start',
  'duration_ms',
  'level',
  ...SUMMARY_KEYS,
];

/** The time of the last line is the greatest on one shard at least, so that each shard names a newest trace. */
async function newestExact(
  { snapshot, compiled, name, signal }: Asked,
  max: number,
  within: SearchQuery,
): Promise<[string[], boolean]> {
  const terms = { field: name('trace_id'), size: max + 1, order: { last: 'desc' } };
  const aggs = { traces: { terms, aggs: { last: { max: { field: '@timestamp' } } } } };
  const query = both(compiled.query, isSpan, within);
  const answer = await snapshot.search({ size: 0, track_total_hits: false, query, aggs }, signal);
  const buckets = list(props(props(answer['aggregations'])['traces'])['buckets']).map(props);
  const last = (bucket: Readonly<Record<string, unknown>>): number => number(props(bucket['last'])['value']) ?? 0;
  const ids = buckets.toSorted((a, b) => last(b) - last(a)).map(({ key }) => String(key));
  return [ids.slice(0, max), ids.length > max];
}

async function newestOfSpans(asked: Asked, max: number, within: SearchQuery): Promise<[string[], boolean]> {
  const last = new Map<string, true>();
  for await (const { record } of passing(asked, both(isSpan, within))) {
    if (record.trace_id === undefined) continue;
    last.delete(record.trace_id);
    last.set(record.trace_id, true);
  }
  const ids = [...last.keys()].toReversed();
  return [ids.slice(0, max), ids.length > max];
}

/** Ids of the newest traces in which a span passes, the oldest first. */
export async function traceIds(asked: Asked, max: number, within: SearchQuery = EVERYTHING): Promise<string[]> {
  const { missing, target } = asked;
  const [ids, isCut] = await (asked.compiled.isExact ? newestExact : newestOfSpans)(asked, max, within);
  if (isCut) {
    const how = max === target.maxTraces ? 'narrow the filter, or raise maxTraces' : 'narrow the filter';
    missing(target.index, `only the newest ${max} traces were read: ${how}`);
  }
  return ids.toReversed();
}

/** Lines of traces; a query takes some of them at a time. */
async function* linesOf(asked: Asked, ids: readonly string[], options: LinesOptions): AsyncGenerator<ReadRecord> {
  const trace = asked.name('trace_id');
  for (let from = 0; from < ids.length; from += CHUNK)
    yield* asked.lines({ terms: { [trace]: ids.slice(from, from + CHUNK) } }, options);
}

/** Every line of the newest traces in which a span passes, and whether it passes. */
export async function* linesOfTraces(
  asked: Asked,
): AsyncGenerator<{ readonly read: ReadRecord; readonly passes: boolean }> {
  const passes = toTest(asked.filter);
  const ids = await traceIds(asked, asked.target.maxTraces);
  for await (const read of linesOf(asked, ids, {})) yield { read, passes: passes(read.record) };
}

/**
 * One row for each of the newest traces in which a span passes, the one with the oldest last span first.
 *
 * @param within - lines of which one must be of the trace
 */
export async function* clusterTraces(asked: Asked, within?: SearchQuery): AsyncGenerator<TraceSummary> {
  const collector = createTraceCollector();
  const ids = await traceIds(asked, asked.target.maxTraces, within);
  for await (const read of linesOf(asked, ids, { keys: KEYS })) collector.add(read, true);
  const place = new Map(ids.map((id, index) => [id, index]));
  yield* collector.take(true).toSorted((a, b) => (place.get(a.traceId) ?? 0) - (place.get(b.traceId) ?? 0));
}
