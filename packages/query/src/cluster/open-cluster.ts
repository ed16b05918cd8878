/** The pieces of every question to a cluster: its server, its mappings, a snapshot, and lines that stream out of it. */

import { type ProfileName, profileKey, props } from '@spanline/record';
import {
  ALL,
  type Field,
  type Filter,
  type SearchFilter,
  type SearchQuery,
  toSearchQuery,
  toTest,
} from '../filter/index.ts';
import { type BadLineCounter, createBadLineCounter } from '../lines/index.ts';
import type { ReadOptions, ReadRecord } from '../records/index.ts';
import { createClusterClient } from './client.ts';
import { readDocument } from './documents.ts';
import { columnsOfFields, columnsOfFilter, type Mappings, readMappings } from './mappings.ts';
import { eachPage } from './pages.ts';
import { readRefresh } from './refresh.ts';
import { openSnapshot, type Snapshot } from './search.ts';
import { findServer, type Server } from './server.ts';
import type { ClusterTarget } from './target.ts';

/** A question that is being answered. */
export interface Asked {
  readonly snapshot: Snapshot;
  readonly isOpenSearch: boolean;
  readonly target: ClusterTarget;
  readonly filter: Filter;
  readonly compiled: SearchFilter;
  readonly signal: AbortSignal | undefined;
  /** The name of a key in the documents. */
  name(key: string): string;
  /** Says that an answer is not the whole. */
  missing(part: string, reason: string): void;
  /** Lines that a query finds, in the order of their times. Lines above the limit are named as missing. */
  lines(query: SearchQuery, options?: LinesOptions): AsyncGenerator<ReadRecord>;
}

/** Options of {@link Asked.lines}. */
export interface LinesOptions {
  /** Keys that are enough. @defaultValue all */
  readonly keys?: readonly string[];
  readonly max?: number;
}

/** A cluster that questions are put to. */
export interface OpenCluster {
  /** Answers a question from one snapshot. */
  ask<T>(
    question: { readonly filter: Filter; readonly by?: readonly Field[]; readonly options: ReadOptions },
    answer: (asked: Asked) => AsyncGenerator<T>,
  ): AsyncGenerator<T>;
  /** A text that differs when the indices have new lines. */
  version(): Promise<string>;
  /** Milliseconds after which a stored line can be found. */
  refreshMs(): Promise<number>;
  readonly bad: BadLineCounter;
  /** Parts of the indices that gave no answer, and why. */
  readonly unread: ReadonlyMap<string, string>;
}

/** Lines of whole spans. */
export const isSpan: SearchQuery = {
  bool: { filter: [{ exists: { field: 'spanline.schema' } }, { term: { 'event.name': 'span.end' } }] },
};

/** Every line. */
export const EVERYTHING: SearchQuery = { match_all: {} };

/** All queries. */
export const both = (...queries: readonly SearchQuery[]): SearchQuery => ({ bool: { filter: queries } });

/** Opens a cluster. Nothing is sent before the first question. */
export function openCluster(target: ClusterTarget): OpenCluster {
  const client = createClusterClient(target);
  const index = target.index.split(',').map(encodeURIComponent).join(',');
  const bad = createBadLineCounter();
  const unread = new Map<string, string>();
  let known: { readonly server: Server; readonly mappings: Mappings } | undefined;
  const missing = (part: string, reason: string): void => void unread.set(part, reason);

  async function look(signal: AbortSignal | undefined): Promise<NonNullable<typeof known>> {
    if (known !== undefined) return known;
    const server = await findServer(client, index, signal);
    const mappings = await readMappings(client, { index, profile: target.profile }, signal);
    known = { server, mappings };
    return known;
  }

  function lineReader(snapshot: Snapshot, isOpenSearch: boolean, profile: ProfileName, options: ReadOptions) {
    let lines = 0;
    return async function* read(
      query: SearchQuery,
      { keys, max = target.maxLines }: LinesOptions = {},
    ): AsyncGenerator<ReadRecord> {
      const { signal, onProgress } = options;
      const fields = keys?.map((key) => profileKey(key, profile));
      const pages = eachPage(snapshot, {
        query,
        isOpenSearch,
        signal,
        ...(fields === undefined ? {} : { fields }),
      });
      let count = 0;
      for await (const hits of pages) {
        signal?.throwIfAborted();
        const badBefore = bad.read().count;
        for (const hit of hits) {
          if (count++ >= max) {
            missing(target.index, `reading stopped after ${max} lines: narrow the filter, or raise maxLines`);
            return;
          }
          const line = readDocument(hit, bad);
          if (line !== undefined) yield line;
        }
        lines += hits.length;
        const badLines = bad.read().count;
        if (badLines > badBefore || hits.length > 0)
          onProgress?.({ file: target.index, bytes: client.bytes, totalBytes: 0, lines, badLines });
      }
    };
  }

  return {
    bad,
    unread,
    async version() {
      const body = { size: 0, track_total_hits: true, aggs: { last: { max: { field: '@timestamp' } } } };
      const answer = await client.send({ to: 'search', path: `${index}/_search`, body }, undefined);
      const lines = props(props(answer['hits'])['total'])['value'];
      return `${String(lines)}-${String(props(props(answer['aggregations'])['last'])['value'])}`;
    },
    refreshMs: () => readRefresh(client, index),
    async *ask({ filter, by = [], options }, answer) {
      const { signal } = options;
      signal?.throwIfAborted();
      const { server, mappings } = await look(signal);
      const { profile } = mappings;
      await mappings.check([...columnsOfFilter(filter), ...columnsOfFields(by)], missing, signal);
      const { isOpenSearch } = server;
      const snapshot = await openSnapshot(client, server, index, missing, signal);
      try {
        yield* answer({
          snapshot,
          isOpenSearch,
          target,
          filter,
          compiled: toSearchQuery(filter, { profile }),
          signal,
          name: (key) => profileKey(key, profile),
          missing,
          lines: lineReader(snapshot, isOpenSearch, profile, options),
        });
      } finally {
        await snapshot.close();
      }
    },
  };
}

/** Lines of any kind that pass the filter. */
export async function* passing({ filter, compiled, lines }: Asked, query: SearchQuery, options: LinesOptions = {}) {
  const passes = compiled.isExact ? toTest(ALL) : toTest(filter);
  for await (const line of lines(both(compiled.query, query), options)) if (passes(line.record)) yield line;
}
