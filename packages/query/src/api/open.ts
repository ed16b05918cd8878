/** Questions to a log, and their answers. */

import { SpanlineError, type SpanRecord } from '@spanline/record';
import type { ExplainQuestion, Explanation } from '../analysis/index.ts';
import type { Stats, Trace, TraceSummary } from '../answers/index.ts';
import { type Field, type Filter, parseFilter, resolveField, suggestField } from '../filter/index.ts';
import type { BadLines } from '../lines/index.ts';
import { isSpanEnd, type ReadRecord } from '../records/index.ts';
import { type ReadOptions, scanAlert, scanCauses, scanRecords, scanStats, scanTrace, scanTraces } from './scan.ts';
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

/** Questions to a log. Each reads the lines as they are when it is asked. */
export interface Query {
  /** Spans that pass a filter, in the order of files and lines. @defaultValue all */
  spans(filter?: QueryFilter, options?: ReadOptions): AsyncIterable<SpanRecord>;
  /** Lines of any kind that pass a filter, with their place and the fields that are not of the schema. */
  records(filter?: QueryFilter, options?: ReadOptions): AsyncIterable<ReadRecord>;
  /** Traces in which a span passes a filter. Their figures count all spans of the trace. */
  traces(filter?: QueryFilter, options?: ReadOptions): AsyncIterable<TraceSummary>;
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
  /** Lines that were no records, counted over all questions so far. */
  badLines(): BadLines;
  /** Files that could not be read, and why. */
  unreadFiles(): ReadonlyMap<string, string>;
}

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
export function open(source: QuerySource): Query {
  const opened = openSource(source);

  async function* spans(filter: Filter, options: ReadOptions): AsyncGenerator<SpanRecord> {
    for await (const { kind, record } of scanRecords(opened, filter, options))
      if (isSpanEnd(kind, record)) yield record;
  }

  return {
    spans: (filter = '*', options = {}) => spans(toFilter(filter), options),
    records: (filter = '*', options = {}) => scanRecords(opened, toFilter(filter), options),
    traces: (filter = '*', options = {}) => scanTraces(opened, toFilter(filter), options),
    trace: (id, options = {}) => scanTrace(opened, id, options),
    stats: async (filter = '*', { by = ['step'], ...options } = {}) =>
      scanStats(opened, toFilter(filter), by.map(fieldOf), options),
    table(filter = '*', { columns, ...options } = {}) {
      const parsed = toFilter(filter);
      return createTable(() => spans(parsed, options), columns);
    },
    explain: (question, filter = '*', options = {}) => scanCauses(opened, toFilter(filter), question, options),
    alert: (id, options = {}) => scanAlert(opened, id, options),
    badLines: () => opened.bad.read(),
    unreadFiles: () => opened.unread,
  };
}
