/** The lines of a log for `@spanline/monitor`, which computes metrics. */

import type { Filter, Query, ReadOptions } from '@spanline/query';
import type { SpanRecord } from '@spanline/record';

/** The records that pass a filter. */
export async function* linesOf(query: Query, filter: Filter, read: ReadOptions): AsyncGenerator<SpanRecord> {
  for await (const { record } of query.records(filter, read)) yield record;
}
