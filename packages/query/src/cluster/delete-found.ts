/** Deletes what a query finds. */

import { props } from '@spanline/record';
import type { SearchQuery } from '../filter/index.ts';
import { type ClusterClient, ClusterError } from './client.ts';

/** Counts of a deletion. */
export interface DeletedDocuments {
  readonly found: number;
  readonly deleted: number;
}

/** Options of {@link deleteFound}. */
export interface DeleteFoundOptions {
  /** Only count the documents. */
  readonly isDry: boolean;
  readonly signal: AbortSignal | undefined;
}

/** Documents of one request, which must end before its time-out. */
const AT_ONCE = 2000;

const count = (value: unknown): number => (typeof value === 'number' ? value : 0);

/** Ends a deletion before its first change. */
export function refuseDeletion(name: string, reason: string): never {
  throw new ClusterError(`${name}: ${reason}; nothing was deleted`);
}

/** Deletes the documents of an index that a query finds, some at a time. @throws ClusterError */
export async function deleteFound(
  client: ClusterClient,
  index: string,
  query: SearchQuery,
  { isDry, signal }: DeleteFoundOptions,
): Promise<DeletedDocuments> {
  const counted = await client.send({ to: 'search', path: `${index}/_count`, body: { query } }, signal);
  const failedShards = count(props(counted['_shards'])['failed']);
  if (failedShards > 0) refuseDeletion('shards', `${failedShards} gave no answer`);
  const found = count(counted['count']);
  let deleted = 0;
  if (isDry) return { found, deleted };
  while (deleted < found) {
    // Deletions become visible to the next request by the refresh.
    const path = `${index}/_delete_by_query?conflicts=proceed&refresh=true`;
    const answer = await client.send({ to: 'delete', path, body: { query, max_docs: AT_ONCE } }, signal);
    if (count(answer['deleted']) === 0) break;
    deleted += count(answer['deleted']);
  }
  return { found, deleted };
}
