/** Removes documents from Elasticsearch or OpenSearch. */

import { deleteDocuments, type Filter, open, type Query } from '@spanline/query';
import { type CommandIo, messageOf } from '../../command.ts';
import { clusterSource } from '../../source/index.ts';

/** Documents that are to go. */
export interface ClusterRemoval {
  /**
   * Filters of documents, in the order in which they are to go. A run that was killed is run again, so documents that
   * name the subject come last.
   */
  filters(query: Query, signal: AbortSignal): Promise<readonly Filter[]>;
}

/** The outcome at a cluster. */
interface ClusterOutcome {
  readonly documents: number;
  readonly isInterrupted: boolean;
  readonly unread: ReadonlyMap<string, string>;
}

/** Options of {@link removeFromCluster}. */
interface ClusterOptions {
  readonly isWanted: boolean;
  /** Called before the first change. */
  begin(): void;
}

/**
 * Counts the documents, or deletes them. Documents that name the subject are the only way to the others, so nothing is
 * deleted if some could not be read, and none behind a deletion that was not whole.
 *
 * @throws SpanlineError `ERR_CLUSTER` in the server's words, if nothing was changed
 */
export async function removeFromCluster(
  url: string,
  removal: ClusterRemoval,
  { isWanted, begin }: ClusterOptions,
  { env, stop: signal }: CommandIo,
): Promise<ClusterOutcome> {
  const source = { ...clusterSource(url, env), maxLines: Number.MAX_SAFE_INTEGER };
  const query = open(source);
  const filters = await removal.filters(query, signal);
  const unread = new Map(query.unreadFiles());
  let documents = 0;
  for (const filter of filters) documents += (await deleteDocuments(source, filter, { isDry: true, signal })).found;
  if (!isWanted) return { documents, isInterrupted: false, unread };
  begin();
  documents = 0;
  try {
    for (const filter of filters) {
      if (unread.size > 0) break;
      const { found, deleted } = await deleteDocuments(source, filter, { signal });
      documents += deleted;
      if (deleted < found) unread.set('documents', `${found - deleted} were changed meanwhile; run it again`);
    }
  } catch (error) {
    if (!signal.aborted) unread.set('documents', messageOf(error));
  }
  return { documents, isInterrupted: signal.aborted, unread };
}
