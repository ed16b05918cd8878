/** Questions to a log, and their answers. */

import { checkOptions, option, type Shape, SpanlineError, type SpanRecord } from '@spanline/record';
import type { ExplainQuestion, Explanation } from '../analysis/index.ts';
import type { Stats, Trace, TraceSummary } from '../answers/index.ts';
import { type Field, type Filter, parseFilter, resolveField, suggestField } from '../filter/index.ts';
import { createIndexer, defaultCacheDir } from '../index-store/index.ts';
import type { BadLines } from '../lines/index.ts';
import { isSpanEnd, type ReadRecord } from '../records/index.ts';
import { findRecords, findStats, findTrace, findTraces } from './indexed.ts';
import {
  type ReadOptions,
  scanAlert,
  scanCauses,
  scanRecords,
  scanStats,
  scanTrace,
  scanTraces,
  type TracesOptions,
} from './scan.ts';
import { openSource, type QuerySource } from './source.ts';
import { createTable, type Table } from './table.ts';

/** A filter: text in the filter grammar, or a parsed one. */
export type QueryFilter = string | Filter;

/** Options of {@link Query.stats}. */
export interface StatsOptions extends ReadOptions {
  /** Names of fields to group by: short names, keys or labels. @defaultValue `['step']` */
  by?: readonly string[];
}

/** Options of {@link Query.table}. */
export interface TableOptions extends ReadOptions {
  /**
   * Names of columns: short names, keys, labels, and names such as `context.span_id`.
   *
   * @defaultValue all that there are
   */
  columns?: readonly string[];
}

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

/** Questions to a log. Each reads the lines as they are when it is asked. */
export interface Query {
  /** Spans that pass a filter, in the order of files and lines. @defaultValue all */
  spans(filter?: QueryFilter, options?: ReadOptions): AsyncIterable<SpanRecord>;
  /** Lines of any kind that pass a filter, with their place and the fields that are not of the schema. */
  records(filter?: QueryFilter, options?: ReadOptions): AsyncIterable<ReadRecord>;
  /** Traces in which a span passes a filter. Their figures count all spans of the trace. */
  traces(filter?: QueryFilter, options?: TracesOptions): AsyncIterable<TraceSummary>;
  /** Everything about the trace, span, request, session or user of an id. @returns `undefined` if no line has it */
  trace(id: string, options?: ReadOptions): Promise<Trace | undefined>;
  /** Figures of the spans that pass a filter, by step or by other fields. */
  stats(filter?: QueryFilter, options?: StatsOptions): Promise<Stats>;
  /** Spans that pass a filter as a table. */
  table(filter?: QueryFilter, options?: TableOptions): Table;
  /**
   * Compares the bad traces with the good ones, and finds what the bad ones have in common.
   *
   * @param question - the measure, and the step that it is about
   * @param filter - spans that the question may be about. @defaultValue all
   */
  explain(question: ExplainQuestion, filter?: QueryFilter, options?: ReadOptions): Promise<Explanation>;
  /**
   * The question that an alert of the log asks.
   *
   * @param id - key of its incident (`spanline.alert.dedup_key`), id of its line (`event.id`), or name of its rule
   * @returns `undefined` if no line has it
   * @throws SpanlineError `ERR_INVALID_OPTION` for an alert on a metric that is none of traces
   */
  alert(id: string, options?: ReadOptions): Promise<ExplainQuestion | undefined>;
  /**
   * Brings the index files up to date, whatever the option `index` says.
   *
   * @throws SpanlineError `ERR_MISSING_PACKAGE` without `@duckdb/node-api`, `ERR_INDEX_BUSY` while another process
   *   does it
   */
  buildIndex(options?: ReadOptions): Promise<void>;
  /** Closes the index. The next question opens it again. */
  close(): Promise<void>;
  /**
   * Bytes of the source as it is now, as they are stored. 0 for a stream.
   *
   * @throws SpanlineError `ERR_INVALID_OPTION` if there is no file
   */
  size(): Promise<number>;
  /** Lines that were no records, counted over all questions so far. */
  badLines(): BadLines;
  /** Files that could not be read, and why. */
  unreadFiles(): ReadonlyMap<string, string>;
}

const CACHE_BYTES = 4_000_000_000;
const SHAPE: Shape<OpenOptions> = {
  index: option.oneOf(['auto', true, false]),
  cacheDir: option.string(),
  cacheBytes: option.number({ min: 0 }),
};

function fieldOf(name: string): Field {
  const field = resolveField(name);
  if (field !== undefined) return field;
  const suggestion = suggestField(name);
  throw new SpanlineError({
    code: 'ERR_INVALID_OPTION',
    option: 'by',
    expected: 'names of fields',
    got: name,
    ...(suggestion === undefined ? {} : { suggestion }),
  });
}

const toFilter = (filter: QueryFilter): Filter => (typeof filter === 'string' ? parseFilter(filter) : filter);

/**
 * Opens a log. Nothing is read before the first question.
 *
 * - Every profile is read, and lines of other loggers. Wrappers of Docker, CRI-O, containerd, CloudWatch, journald and
 *   syslog are removed.
 * - A line that is no record is counted, see {@link Query.badLines}. It never stops a question.
 * - Files stay open while they are read, so that a rotation loses no line.
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
  checkOptions(SHAPE, openOptions);
  const { index = 'auto', cacheDir = defaultCacheDir(), cacheBytes = CACHE_BYTES } = openOptions;
  const opened = openSource(source);
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
    const isIndexed = options.lastBytes === undefined && (yield* findTraces(indexed, filter, options));
    if (!isIndexed) yield* scanTraces(opened, filter, options);
  }

  return {
    spans: (filter = '*', options = {}) => spans(toFilter(filter), options),
    records: (filter = '*', options = {}) => records(toFilter(filter), options),
    traces: (filter = '*', options = {}) => traces(toFilter(filter), options),
    async trace(id, options = {}) {
      const found = (await findTrace(indexed, id, options)) ?? (await scanTrace(opened, id, options));
      return found === 'none' ? undefined : found;
    },
    async stats(filter = '*', { by = ['step'], ...options } = {}) {
      const parsed = toFilter(filter);
      const fields = by.map(fieldOf);
      return (await findStats(indexed, parsed, fields, options)) ?? scanStats(opened, parsed, fields, options);
    },
    table(filter = '*', { columns, ...options } = {}) {
      const parsed = toFilter(filter);
      return createTable(() => spans(parsed, options), columns);
    },
    explain: (question, filter = '*', options = {}) => scanCauses(opened, toFilter(filter), question, options),
    alert: (id, options = {}) => scanAlert(opened, id, options),
    async buildIndex(options = {}) {
      if (!opened.isRepeatable) return;
      const files = await opened.files();
      await indexer.build(files, options).finally(() => opened.release(files));
    },
    close: () => indexer.close(),
    size: () => opened.size(),
    badLines: () => opened.bad.read(),
    unreadFiles: () => opened.unread,
  };
}
