/** The documents of a cluster: those of lines, and those that trace screens read. */

import { type ClusterSource, deleteDocuments, type DeletedDocuments, type Filter, open } from '@spanline/query';
import { openTraceDocuments } from '@spanline/query/internal';
import type { OwnedRecord } from './ownership.ts';

/** Documents of one form. */
export interface DocumentStore {
  readonly name: 'lines' | 'traces';
  records(filter: Filter, signal: AbortSignal): AsyncIterable<OwnedRecord>;
  /** @throws SpanlineError `ERR_CLUSTER` in the server's words */
  remove(filter: Filter, isDry: boolean, signal: AbortSignal): Promise<DeletedDocuments>;
  /** Parts that gave no answer, and why. */
  unread(): ReadonlyMap<string, string>;
}

/** Documents of lines, in the index of the source. */
export function lineStore(source: ClusterSource): DocumentStore {
  const query = open({ ...source, maxLines: Number.MAX_SAFE_INTEGER });
  return {
    name: 'lines',
    async *records(filter, signal) {
      for await (const { record } of query.records(filter, { signal })) yield record;
    },
    remove: (filter, isDry, signal) => deleteDocuments(source, filter, { isDry, signal }),
    unread: () => query.unreadFiles(),
  };
}

/**
 * Documents of trace screens.
 *
 * @param streams - names and patterns with commas; by default every stream that a sink may write to
 * @throws SpanlineError `ERR_INVALID_OPTION`
 */
export function traceStore(source: ClusterSource, streams: string | undefined): DocumentStore {
  const unread = new Map<string, string>();
  const documents = openTraceDocuments(source, streams, (part, reason) => void unread.set(part, reason));
  return {
    name: 'traces',
    records: (filter, signal) => documents.records(filter, signal),
    remove: (filter, isDry, signal) => documents.remove(filter, { isDry, signal }),
    unread: () => unread,
  };
}
