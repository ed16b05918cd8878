/** Questions to a log or a cluster. */

import type { SpanRecord } from '@spanline/record';
import type { ExplainQuestion, Explanation } from '../analysis/index.ts';
import type { Stats, Trace, TraceSummary } from '../answers/index.ts';
import type { BadLines } from '../lines/index.ts';
import type { ReadOptions, ReadRecord, TracesOptions } from '../records/index.ts';
import type { QueryFilter } from './names.ts';
import type { Table } from './table.ts';

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

/** Questions to a log or a cluster. Each reads the lines as they are when it is asked. */
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
   * Bytes of the source as it is now, as they are stored. 0 for a stream and a cluster.
   *
   * @throws SpanlineError `ERR_INVALID_OPTION` if there is no file
   */
  size(): Promise<number>;
  /** Lines that were no records, counted over all questions so far. */
  badLines(): BadLines;
  /** Files and parts of a cluster that could not be read, and why. */
  unreadFiles(): ReadonlyMap<string, string>;
}
