/** Answers from a log: out of its index, or by reading all lines. */

import { checkOptions, option, type Shape, type SpanRecord } from '@spanline/record';
import { CALLS, costsOf, errorGroups, FAILED, sessionsOf } from '../analysis/index.ts';
import { createTraceCollector, type TraceSummary } from '../answers/index.ts';
import type { ClusterSource } from '../cluster/index.ts';
import { allOf, type Filter } from '../filter/index.ts';
import { createIndexer, defaultCacheDir } from '../index-store/index.ts';
import { isSpanEnd, type ReadOptions, type ReadRecord, type TracesOptions } from '../records/index.ts';
import { openClusterQuery } from './cluster.ts';
import { followLog } from './follow.ts';
import { findRecords, findStats, findTrace, findTraces } from './indexed.ts';
import { fieldOf, toFilter } from './names.ts';
import type { Query } from './query.ts';
import { scanAlert, scanCauses, scanFaults, scanRecords, scanStats, scanTrace, scanTraces } from './scan.ts';
import { clusterOf, openSource, type QuerySource, sourceOption, unreadOf } from './source.ts';
import { createTable } from './table.ts';

/** Options of {@link open}. */
export interface OpenOptions {
  /**
   * - `true`: an index answers; it is built at the first question. It needs `@duckdb/node-api`.
   * - `auto`: an index answers where there is one. One is built when a log of more than 32 MiB is asked again. Without
   *   `@duckdb/node-api`, all lines are read.
   * - `false`: all lines are read for each question.
   *
   * @defaultValue `'auto'`
   */
  index?: 'auto' | boolean;
  /** Folder of index files. @defaultValue `$XDG_CACHE_HOME/spanline`, or `~/.cache/spanline` */
  cacheDir?: string;
  /**
   * Most bytes of all index files in the folder. The one that was not used for longest is removed first.
   *
   * @defaultValue 4 GB
   */
  cacheBytes?: number;
}

/** Between two looks at files that grow. */
const LOOK_MS = 100;
const CACHE_BYTES = 4_000_000_000;
const SOURCE = { source: option.required(sourceOption) };
const SHAPE: Shape<OpenOptions> = {
  index: option.oneOf(['auto', true, false]),
  cacheDir: option.string(),
  cacheBytes: option.number({ min: 0 }),
};

/**
 * Opens a log, or a cluster of Elasticsearch or OpenSearch. Nothing is read before the first question.
 *
 * - Every profile is read, and lines of other loggers. Wrappers of Docker, CRI-O, containerd, CloudWatch, journald and
 *   syslog are removed.
 * - A line that is no record is counted, see {@link Query.badLines}. It never stops a question.
 * - Files stay open while they are read, so that a rotation loses no line.
 * - A cluster is only read. It throws SpanlineError `ERR_CLUSTER` in the server's words; parts that gave no answer are
 *   named in {@link Query.unreadFiles}.
 *
 * @throws SpanlineError `ERR_INVALID_OPTION` for a source that is none
 * @example
 * ```ts
 * import { open } from '@spanline/query';
 *
 * const log = open('logs/*.ndjson');
 * for await (const span of log.spans('type:llm duration>2s')) console.log(span['span.name'], span.duration_ms);
 * console.log((await log.stats('time>=now-1d', { by: ['model'] })).rows);
 * ```
 */
export function open(source: QuerySource, openOptions: OpenOptions = {}): Query {
  checkOptions(SOURCE, { source });
  checkOptions(SHAPE, openOptions);
  const { index = 'auto', cacheDir = defaultCacheDir(), cacheBytes = CACHE_BYTES } = openOptions;
  const cluster = clusterOf(source);
  if (cluster !== undefined) return openClusterQuery(cluster);
  const opened = openSource(source as Exclude<QuerySource, ClusterSource>);
  const indexer = createIndexer({ index, cacheDir, cacheBytes });
  const indexed = { source: opened, indexer };

  async function* records(
    filter: Filter,
    options: ReadOptions,
    kind: 'all' | 'spans' = 'all',
  ): AsyncGenerator<ReadRecord> {
    const found = findRecords(indexed, filter, options, kind);
    if (yield* found) return;
    for await (const read of scanRecords(opened, filter, options))
      if (kind === 'all' || isSpanEnd(read.kind, read.record)) yield read;
  }

  async function* spans(filter: Filter, options: ReadOptions): AsyncGenerator<SpanRecord> {
    for await (const { record } of records(filter, options, 'spans')) yield record;
  }

  async function* traces(filter: Filter, options: TracesOptions): AsyncGenerator<TraceSummary> {
    const collector = createTraceCollector();
    const isIndexed = options.lastBytes === undefined && (yield* findTraces(indexed, filter, collector, options));
    if (isIndexed) yield* collector.take(true);
    else yield* scanTraces(opened, filter, options);
  }

  return {
    spans: (filter = '*', options = {}) => spans(toFilter(filter), options),
    records: (filter = '*', options = {}) => records(toFilter(filter), options),
    traces: (filter = '*', options = {}) => traces(toFilter(filter), options),
    followTraces: (filter = '*') => followLog(indexed, toFilter(filter)),
    async trace(id, options = {}) {
      const found = (await findTrace(indexed, id, options)) ?? (await scanTrace(opened, id, options));
      return found === 'none' ? undefined : found;
    },
    async stats(filter = '*', { by = ['step'], ...options } = {}) {
      const parsed = toFilter(filter);
      const fields = by.map(fieldOf);
      return (await findStats(indexed, parsed, fields, options)) ?? scanStats(opened, parsed, fields, options);
    },
    costs: (filter = '*', options = {}) => costsOf(records(allOf(toFilter(filter), CALLS), options)),
    errors: (filter = '*', options = {}) => errorGroups(records(allOf(toFilter(filter), FAILED), options)),
    sessions: (filter = '*', options = {}) => sessionsOf(traces(toFilter(filter), options)),
    table(filter = '*', { columns, ...options } = {}) {
      const parsed = toFilter(filter);
      return createTable(() => spans(parsed, options), columns);
    },
    explain: (question, filter = '*', options = {}) => scanCauses(opened, toFilter(filter), question, options),
    alert: (id, options = {}) => scanAlert(opened, id, options),
    examine: ({ times = '*', ...options } = {}) => scanFaults(opened, toFilter(times), options),
    async removeIndex() {
      const files = await opened.files();
      try {
        await indexer.remove(files);
      } finally {
        opened.release(files);
      }
    },
    async buildIndex(options = {}) {
      if (!opened.isRepeatable) return;
      const files = await opened.files();
      await indexer.build(files, options).finally(() => opened.release(files));
    },
    close: () => indexer.close(),
    size: () => opened.size(),
    version: async () => String(await opened.size()),
    lookEveryMs: () => Promise.resolve(LOOK_MS),
    badLines: () => opened.bad.read(),
    unreadFiles: () => unreadOf(opened),
  };
}
