/** One trace from a cluster, or the traces of a request, session or user. */

import { list, number, props } from '@spanline/record';
import { TRACE_KEYS, toTrace, type Trace, type TraceKey } from '../answers/index.ts';
import type { SearchQuery } from '../filter/index.ts';
import type { ReadRecord } from '../records/index.ts';
import type { Asked } from './open-cluster.ts';

/** Most lines of a trace, and most traces of a session or user. */
const MAX_LINES = 100_000;
const MAX_TRACES = 1000;

const anyOf = (...queries: readonly SearchQuery[]): SearchQuery => ({
  bool: { should: queries, minimum_should_match: 1 },
});

/** Kind of the id; the closest one that a line has. */
async function traceKeyOf({ snapshot, name, signal }: Asked, id: string): Promise<TraceKey | undefined> {
  const filters = Object.fromEntries(TRACE_KEYS.map(([by, key]) => [by, { term: { [name(key)]: id } }]));
  const body = {
    size: 0,
    track_total_hits: false,
    query: anyOf(...Object.values(filters)),
    aggs: { by: { filters: { filters } } },
  };
  const answer = await snapshot.search(body, signal);
  const buckets = props(props(props(answer['aggregations'])['by'])['buckets']);
  return TRACE_KEYS.find(([by]) => (number(props(buckets[by])['doc_count']) ?? 0) > 0)?.[0];
}

/** Ids of the newest traces among lines. */
async function tracesOf({ snapshot, name, signal }: Asked, query: SearchQuery): Promise<[string[], boolean]> {
  const terms = { field: name('trace_id'), size: MAX_TRACES + 1, order: { last: 'desc' } };
  const aggs = { traces: { terms, aggs: { last: { max: { field: '@timestamp' } } } } };
  const answer = await snapshot.search({ size: 0, track_total_hits: false, query, aggs }, signal);
  const ids = list(props(props(answer['aggregations'])['traces'])['buckets']).map((bucket) =>
    String(props(bucket)['key']),
  );
  return [ids.slice(0, MAX_TRACES), ids.length > MAX_TRACES];
}

/** Everything about an id. */
export async function* clusterTrace(asked: Asked, id: string): AsyncGenerator<Trace> {
  const { name, lines } = asked;
  const by = await traceKeyOf(asked, id);
  if (by === undefined) return;
  const key = TRACE_KEYS.find(([kind]) => kind === by)?.[1] ?? 'trace_id';
  const own: SearchQuery = { term: { [name(key)]: id } };
  const [ids, isCut] = by === 'trace' ? [[id], false] : await tracesOf(asked, own);
  const alone: SearchQuery = { bool: { filter: [own], must_not: [{ exists: { field: name('trace_id') } }] } };
  const found: ReadRecord[] = [];
  for await (const line of lines(anyOf({ terms: { [name('trace_id')]: ids } }, alone), { max: MAX_LINES }))
    found.push(line);
  const trace = toTrace(id, by, found, isCut || found.length >= MAX_LINES);
  if (trace !== undefined) yield trace;
}
