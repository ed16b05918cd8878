/** All documents that a query finds, page by page, in the order of their times. */

import { list, props } from '@spanline/record';
import type { SearchQuery } from '../filter/index.ts';
import { ClusterError } from './client.ts';
import type { Snapshot } from './search.ts';

/** Options of {@link eachPage}. */
export interface PagesOptions {
  readonly query: SearchQuery;
  /** `_source` of the search: the fields to send. @defaultValue all */
  readonly fields?: readonly string[];
  readonly isOpenSearch: boolean;
  readonly signal: AbortSignal | undefined;
}

type Hit = Readonly<Record<string, unknown>>;

/** A page of lines with content stays below the limit of an answer; small ones are read in larger pages. */
const FIRST_SIZE = 500;
const MAX_SIZE = 5000;
/** Documents of one millisecond that have no id of an event. */
const MAX_TIED = 10_000;
/** The sort value of a document that has no time: the latest that a date can be. */
const LATEST = 8.64e15;

const and = (...queries: readonly SearchQuery[]): SearchQuery => ({ bool: { filter: queries } });
const not = (...queries: readonly SearchQuery[]): SearchQuery => ({ bool: { must_not: queries } });
const hasTime: SearchQuery = { exists: { field: '@timestamp' } };
const range = (bounds: Readonly<Record<string, number>>): SearchQuery => ({
  range: { '@timestamp': { ...bounds, format: 'epoch_millis' } },
});

/** The documents behind the last one of a page. */
type After = { readonly search_after: readonly unknown[] } | { readonly query: SearchQuery };

const byTime = { '@timestamp': { order: 'asc', unmapped_type: 'date', missing: LATEST } };

/** How documents are ordered, and where the next page begins. */
interface Order {
  readonly sort: readonly unknown[];
  see(hits: readonly Hit[]): void;
  /** @param last - sort values of the last document of a page */
  after(last: readonly unknown[]): After;
}

/** Elasticsearch numbers the documents of a point in time. */
const NUMBERED: Order = {
  sort: [byTime, { _shard_doc: 'asc' }],
  see: () => {},
  after: (last) => ({ search_after: last }),
};

/**
 * OpenSearch 2 numbers none. Lines of Spanline have ids that sort them; of other lines, those of the same millisecond
 * that were read are left out by name.
 */
function identified(): Order {
  let tied: string[] = [];
  let tiedAt: unknown;
  const rest = (time: number): SearchQuery => {
    const at = time >= LATEST ? not(hasTime) : range({ gte: time, lte: time });
    const later: readonly SearchQuery[] = time >= LATEST ? [] : [range({ gt: time }), not(hasTime)];
    const same = and(at, not({ exists: { field: 'event.id' } }, { ids: { values: tied } }));
    return { bool: { should: [same, ...later], minimum_should_match: 1 } };
  };
  return {
    sort: [byTime, { 'event.id': { order: 'asc', unmapped_type: 'keyword', missing: '_last' } }],
    see(hits) {
      for (const { sort, _id: id } of hits) {
        const [time, event] = list(sort);
        if (time !== tiedAt) tied = [];
        tiedAt = time;
        if (event === null && typeof id === 'string') tied.push(id);
      }
      if (tied.length > MAX_TIED)
        throw new ClusterError(`more than ${MAX_TIED} lines without event.id have the same time`);
    },
    after: ([time, event]) =>
      event === null && typeof time === 'number' ? { query: rest(time) } : { search_after: [time, event] },
  };
}

/** Yields pages of hits. @throws ClusterError, or the reason of the signal */
export async function* eachPage(snapshot: Snapshot, options: PagesOptions): AsyncGenerator<readonly Hit[]> {
  const { query, fields, isOpenSearch, signal } = options;
  const order = isOpenSearch ? identified() : NUMBERED;
  let size = FIRST_SIZE;
  let after: After | undefined;
  for (;;) {
    const body = {
      size,
      query: after !== undefined && 'query' in after ? and(query, after.query) : query,
      sort: order.sort,
      track_total_hits: false,
      ...(fields === undefined ? {} : { _source: fields }),
      ...(after !== undefined && 'search_after' in after ? after : {}),
    };
    let answer;
    try {
      answer = await snapshot.search(body, signal);
    } catch (error) {
      if (!(error instanceof ClusterError) || !error.isTooLong || size === 1) throw error;
      size = Math.max(1, Math.floor(size / 4));
      continue;
    }
    const hits = list(props(answer['hits'])['hits']).map(props);
    if (hits.length === 0) return;
    yield hits;
    order.see(hits);
    if (hits.length < size) return;
    after = order.after(list(hits.at(-1)?.['sort']));
    size = fields === undefined ? size : Math.min(MAX_SIZE, size * 2);
  }
}
