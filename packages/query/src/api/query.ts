/** Questions to a log or a cluster. */

import type { SpanRecord } from '@spanline/record';
import type {
  ErrorGroups,
  Examination,
  ExplainQuestion,
  Explanation,
  FindPersonalData,
  Sessions,
} from '../analysis/index.ts';
import type { Costs, Stats, Trace, TraceSummary } from '../answers/index.ts';
import type { BadLines } from '../lines/index.ts';
import type { ReadOptions, ReadRecord, TracesOptions } from '../records/index.ts';
import type { QueryFilter } from './names.ts';
import type { Table } from './table.ts';

/** Options of {@link Query.stats}. */
export interface StatsOptions extends ReadOptions {
  /**
   * Names of fields to group by: short names, keys or labels. `start/5m` groups by intervals of five minutes, counted
   * from 1970 on; its values are their starts.
   *
   * @defaultValue `['step']`
   */
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

/** Options of {@link Query.examine}. */
export interface ExamineOptions extends ReadOptions {
  /**
   * Names the kinds of personal data and credentials in a line. It is asked for the first 20,000 lines.
   *
   * @defaultValue personal data is not looked for
   */
  findPersonalData?: FindPersonalData;
  /**
   * Leaves lines out whose time does not pass, such as `time>=now-1d`. Lines without a time stay.
   *
   * @defaultValue all lines
   */
  times?: QueryFilter;
}

/** Traces of a source that grows. */
export interface FollowedTraces {
  /**
   * The traces, the oldest first. The next call gives those that got a line since, as they are now, and so on. One call
   * ends before the next begins. Where an index answered the first call, a trace that passes only since then may lack
   * figures of its first lines.
   */
  read(options?: ReadOptions): AsyncIterable<TraceSummary>;
  /** A file was cut, replaced or removed, so that the next call gives nothing: follow the source anew. */
  readonly isOver: boolean;
}

/** Questions to a log or a cluster. Each reads the lines as they are when it is asked. */
export interface Query {
  /** Spans that pass a filter, in the order of files and lines. @defaultValue all */
  spans(filter?: QueryFilter, options?: ReadOptions): AsyncIterable<SpanRecord>;
  /** Lines of any kind that pass a filter, with their place and the fields that are not of the schema. */
  records(filter?: QueryFilter, options?: ReadOptions): AsyncIterable<ReadRecord>;
  /** Traces in which a span passes a filter. Their figures count all spans of the trace. */
  traces(filter?: QueryFilter, options?: TracesOptions): AsyncIterable<TraceSummary>;
  /** Traces in which a span passes a filter, of a source that grows. */
  followTraces(filter?: QueryFilter): FollowedTraces;
  /** Everything about the trace, span, request, session or user of an id. @returns `undefined` if no line has it */
  trace(id: string, options?: ReadOptions): Promise<Trace | undefined>;
  /** Figures of the spans that pass a filter, by step or by other fields. */
  stats(filter?: QueryFilter, options?: StatsOptions): Promise<Stats>;
  /** Cost of the calls that pass a filter, by day, model and user. */
  costs(filter?: QueryFilter, options?: ReadOptions): Promise<Costs>;
  /** Errors of the spans that pass a filter, grouped by their fingerprints. */
  errors(filter?: QueryFilter, options?: ReadOptions): Promise<ErrorGroups>;
  /** Sessions in which a span passes a filter. Their figures count all spans of the traces that pass. */
  sessions(filter?: QueryFilter, options?: ReadOptions): Promise<Sessions>;
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
   * Looks for faults of the lines: how they are written, what is missing, what must not be there.
   *
   * @throws SpanlineError `ERR_INVALID_OPTION` for a cluster, which does not have the lines as they were written
   */
  examine(options?: ExamineOptions): Promise<Examination>;
  /**
   * Brings the index files up to date, whatever the option `index` says.
   *
   * @throws SpanlineError `ERR_MISSING_PACKAGE` without `@duckdb/node-api`, `ERR_INDEX_BUSY` while another process
   *   does it
   */
  buildIndex(options?: ReadOptions): Promise<void>;
  /** Removes the index files of the source. The log stays as it is. */
  removeIndex(): Promise<void>;
  /** Closes the index. The next question opens it again. */
  close(): Promise<void>;
  /**
   * Bytes of the source as it is now, as they are stored. 0 for a stream and a cluster.
   *
   * @throws SpanlineError `ERR_INVALID_OPTION` if there is no file
   */
  size(): Promise<number>;
  /**
   * A text that differs when the source has new lines.
   *
   * @throws SpanlineError `ERR_INVALID_OPTION` if there is no file
   */
  version(): Promise<string>;
  /** Milliseconds after which it is worth looking at {@link Query.version} again. A cluster shows new lines late. */
  lookEveryMs(): Promise<number>;
  /** Lines that were no records, of the questions so far. A line that several questions read counts once. */
  badLines(): BadLines;
  /** Files that could not be read, or not to their end, and parts of a cluster that gave no answer; and why. */
  unreadFiles(): ReadonlyMap<string, string>;
}
