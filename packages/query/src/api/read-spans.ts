/** A question, put together step by step. */

import { allOf, type Filter, parseFilter } from '../filter/index.ts';
import type { ReadOptions } from '../records/index.ts';
import type { QueryFilter } from './names.ts';
import { open } from './open.ts';
import type { QuerySource } from './source.ts';
import type { Table } from './table.ts';

/** Spans of a log, to be narrowed down. Each call returns a new selection. */
export interface SpanSelection {
  /** Only spans that pass a filter, too. */
  where(filter: QueryFilter): SpanSelection;
  /** Only these columns. */
  select(...columns: string[]): SpanSelection;
  /** The spans as a table, which is read when it is used. */
  toTable(options?: ReadOptions): Table;
}

function selection(
  source: QuerySource,
  filters: readonly Filter[],
  columns: readonly string[] | undefined,
): SpanSelection {
  return {
    where: (filter) =>
      selection(source, [...filters, typeof filter === 'string' ? parseFilter(filter) : filter], columns),
    select: (...names) => selection(source, filters, names),
    toTable: (options = {}) =>
      open(source).table(allOf(...filters), columns === undefined ? options : { ...options, columns }),
  };
}

/**
 * Reads spans as a table.
 *
 * @throws SpanlineError like `open`; `FilterError` for a filter that cannot be read
 * @example
 * ```ts
 * import { readSpans } from '@spanline/query';
 *
 * const columns = ['context.span_id', 'model', 'tokens', 'cost'];
 * const table = readSpans('app.ndjson').where('type:llm').select(...columns).toTable();
 * console.log(await table.head());
 * await table.writeCsv('calls.csv');
 * ```
 */
export function readSpans(source: QuerySource): SpanSelection {
  return selection(source, [], undefined);
}
