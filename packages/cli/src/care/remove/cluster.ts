/** Removes documents from Elasticsearch or OpenSearch. */

import type { Filter } from '@spanline/query';
import { type CommandIo, messageOf } from '../../command.ts';
import { fail } from '../../fail.ts';
import { clusterSource } from '../../source/index.ts';
import { type DocumentStore, lineStore, traceStore } from './document-stores.ts';

/** Documents that are to go. */
export interface ClusterRemoval {
  /**
   * The default of `--traces`. It is `none` where only their age would count: a stream may hold the documents of
   * several applications.
   */
  readonly traces: 'all' | 'none';
  /**
   * Filters of documents, in the order in which they are to go. A run that was killed is run again, so documents that
   * name the subject come last.
   */
  filters(stores: readonly DocumentStore[], signal: AbortSignal): Promise<readonly Filter[]>;
}

/** Counts of documents that are to go, or are gone. */
interface DocumentCounts {
  readonly documents: number;
  /** Those of trace screens among them. */
  readonly traceDocuments: number;
}

/** The outcome at a cluster. */
interface ClusterOutcome extends DocumentCounts {
  readonly isInterrupted: boolean;
  readonly unread: ReadonlyMap<string, string>;
}

/** Options of {@link removeFromCluster}. */
interface ClusterOptions {
  readonly isWanted: boolean;
  /** Streams of trace documents, or `none`. */
  readonly traces: string | undefined;
  /** Called before the first change. */
  begin(): void;
}

function storesOf(url: string, streams: string | undefined, env: CommandIo['env']): readonly DocumentStore[] {
  const source = clusterSource(url, env);
  if (streams === 'none') return [lineStore(source)];
  try {
    return [lineStore(source), traceStore(source, streams === 'all' ? undefined : streams)];
  } catch (error) {
    if (streams === 'all') throw error;
    return fail('--traces', 'names of streams of trace documents, such as otel-v1-apm-span-*, or all, or none');
  }
}

const unreadOf = (stores: readonly DocumentStore[]): Map<string, string> =>
  new Map(stores.flatMap((store) => [...store.unread()]));

/**
 * Counts the documents, or deletes them. Documents that name the subject are the only way to the others, so nothing is
 * deleted if some could not be read, and none behind a deletion that was not whole.
 *
 * @throws SpanlineError `ERR_CLUSTER` in the server's words, if nothing was changed
 */
export async function removeFromCluster(
  url: string,
  removal: ClusterRemoval,
  { isWanted, traces = removal.traces, begin }: ClusterOptions,
  { env, stop: signal }: CommandIo,
): Promise<ClusterOutcome> {
  const stores = storesOf(url, traces, env);
  const filters = await removal.filters(stores, signal);
  const unread = unreadOf(stores);
  const steps = filters.flatMap((filter) => stores.map((store) => ({ filter, store })));
  const counts = { documents: 0, traceDocuments: 0 };
  const add = ({ name }: DocumentStore, count: number): void => {
    counts.documents += count;
    if (name === 'traces') counts.traceDocuments += count;
  };
  for (const { filter, store } of steps) add(store, (await store.remove(filter, true, signal)).found);
  if (!isWanted) return { ...counts, isInterrupted: false, unread };
  begin();
  Object.assign(counts, { documents: 0, traceDocuments: 0 });
  try {
    for (const { filter, store } of steps) {
      if (unread.size > 0) break;
      const { found, deleted } = await store.remove(filter, false, signal);
      add(store, deleted);
      if (deleted < found) unread.set('documents', `${found - deleted} were changed meanwhile; run it again`);
    }
  } catch (error) {
    if (!signal.aborted) unread.set('documents', messageOf(error));
  }
  return { ...counts, isInterrupted: signal.aborted, unread };
}
