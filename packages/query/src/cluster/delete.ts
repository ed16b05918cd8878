/** Deletes documents. It is the only thing that changes a cluster; questions only read. */

import { checkOptions, option, type Shape } from '@spanline/record';
import { type Filter, toSearchQuery } from '../filter/index.ts';
import { ClusterError, createClusterClient } from './client.ts';
import { type DeletedDocuments, deleteFound, refuseDeletion } from './delete-found.ts';
import { columnsOfFilter, readMappings } from './mappings.ts';
import { type ClusterSource, toTarget } from './target.ts';

/** Options of {@link deleteDocuments}. */
export interface DeleteOptions {
  /** Only count the documents. @defaultValue false */
  isDry?: boolean;
  signal?: AbortSignal;
}

const SHAPE: Shape<DeleteOptions> = {
  isDry: option.boolean(),
  signal: option.like<AbortSignal>('an AbortSignal', (value) => typeof (value as AbortSignal).aborted === 'boolean'),
};

/**
 * Deletes the documents of a cluster that pass a filter, some at a time. A deletion that was stopped is done again.
 *
 * @throws SpanlineError `ERR_INVALID_OPTION`; `ERR_CLUSTER` in the server's words, for a filter that the cluster cannot
 *   answer exactly, and for an index that does not have a field of it: more than what passes would be deleted
 * @example
 * ```ts
 * import { deleteDocuments, parseFilter } from '@spanline/query';
 *
 * const source = { url: 'https://es.example.com:9200/logs-spanline-*', apiKey: { env: 'ES_API_KEY' } };
 * console.log(await deleteDocuments(source, parseFilter('time<now-30d'), { isDry: true }));
 * ```
 */
export async function deleteDocuments(
  source: string | ClusterSource,
  filter: Filter,
  options: DeleteOptions = {},
): Promise<DeletedDocuments> {
  checkOptions(SHAPE, options);
  const { isDry = false, signal } = options;
  const target = toTarget(source);
  const client = createClusterClient(target);
  const index = target.index.split(',').map(encodeURIComponent).join(',');
  const mappings = await readMappings(client, { index, profile: target.profile }, signal);
  // In an index that does not know a field, a filter that denies it would pass every document.
  await mappings.check(columnsOfFilter(filter), refuseDeletion, signal);
  const { query, isExact } = toSearchQuery(filter, { profile: mappings.profile });
  if (!isExact) throw new ClusterError('a cluster cannot answer this filter exactly; nothing was deleted');
  return deleteFound(client, index, query, { isDry, signal });
}
