/** Measures of the metrics catalogue, of a log or a cluster. Those of spans are the figures of `spanline stats`. */

import {
  allOf,
  fieldValues,
  type Filter,
  parseFilter,
  type Query,
  type ReadOptions,
  resolveField,
  type StatsRow,
  type Value,
} from '@spanline/query';
import type { AttributeKey } from '@spanline/record';
import type { Condition, Measure, Metric } from '@spanline/record/metrics';
import { hasParts, isOfSpans, measureFilter, passesParts, selectionFilter } from '../../panels/filters.ts';
import { combine, createSums, type Measured, type MeasureValues, type SeriesValues } from './panel-sums.ts';

/** Where measures are read, and how they are split. */
export interface MeasureQuestion {
  readonly query: Query;
  /** The filter of the page. */
  readonly filter: Filter;
  readonly split: AttributeKey | undefined;
  /** Length of an interval. */
  readonly barMs: number;
  readonly options: ReadOptions;
}

const DAY_MS = 86_400_000;
/** The length of a bar, in the grammar of filters. Lines with a wrong clock can make it years. */
const intervalOf = (barMs: number): string => (barMs % DAY_MS === 0 ? `${barMs / DAY_MS}d` : `${barMs}ms`);

const timeOf = (value: Value | undefined): number => Date.parse(String(value));
const textOf = (value: Value | undefined): string => (value === undefined ? '' : String(value));

type ReadRow = (row: StatsRow) => number | undefined;

const SUMS: Partial<Record<AttributeKey, ReadRow>> = {
  'gen_ai.usage.input_tokens': ({ inputTokens }) => inputTokens,
  'gen_ai.usage.output_tokens': ({ outputTokens }) => outputTokens,
  'spanline.cost.usd': ({ costUsd }) => costUsd,
};
/** By field and quantile. The field of the time to the first token is in seconds, the figure in milliseconds. */
const QUANTILES: Readonly<Record<string, ReadRow>> = {
  'duration_ms 0.5': ({ p50Ms }) => p50Ms,
  'duration_ms 0.95': ({ p95Ms }) => p95Ms,
  'duration_ms 0.99': ({ p99Ms }) => p99Ms,
  'gen_ai.response.time_to_first_chunk 0.5': ({ ttftP50Ms }) =>
    ttftP50Ms === undefined ? undefined : ttftP50Ms / 1000,
  'gen_ai.response.time_to_first_chunk 0.95': ({ ttftP95Ms }) =>
    ttftP95Ms === undefined ? undefined : ttftP95Ms / 1000,
};

const isFailure = ([first, ...others]: readonly Condition[]): boolean =>
  first?.field === 'span.status' && others.length === 0 && 'is' in first && first.is.join() === 'error';

/** The spans of a measure, and the figure of `stats` that it is; `undefined` if it is none. */
function figureOf(measure: Measure): { readonly filter: string; readonly read: ReadRow } | undefined {
  if (!isOfSpans(measure) || hasParts(measure.where)) return undefined;
  if (measure.kind === 'count') {
    // Failed spans and all spans are figures of one answer.
    const rest = measure.where.filter((group) => !isFailure(group));
    return rest.length === measure.where.length
      ? { filter: selectionFilter(rest), read: ({ count }) => count }
      : { filter: selectionFilter(rest), read: ({ errors }) => errors };
  }
  const read = measure.kind === 'quantile' ? QUANTILES[`${measure.field} ${measure.at}`] : undefined;
  const found = measure.kind === 'sum' ? SUMS[measure.field] : read;
  // Both counts of tokens are figures of one answer.
  const isShared = measure.field !== 'spanline.cost.usd' && measure.kind === 'sum';
  return found && { filter: isShared ? selectionFilter(measure.where) : measureFilter(measure), read: found };
}

/** Reads metrics. Each answer of `stats` is asked for once. */
export function createMeasuring({ query, filter, split, barMs, options }: MeasureQuestion) {
  const by = split === undefined ? [] : [split];
  const asked = new Map<string, Promise<readonly [readonly StatsRow[], readonly StatsRow[]]>>();

  function rowsOf(own: string): Promise<readonly [readonly StatsRow[], readonly StatsRow[]]> {
    const known = asked.get(own);
    if (known !== undefined) return known;
    const both = allOf(filter, parseFilter(own));
    const rows = (async () => {
      const totals = await query.stats(both, { ...options, by });
      const overTime = await query.stats(both, { ...options, by: [...by, `start/${intervalOf(barMs)}`] });
      return [totals.rows, overTime.rows] as const;
    })();
    asked.set(own, rows);
    return rows;
  }

  async function ofStats(own: string, read: ReadRow): Promise<MeasureValues> {
    const [totals, overTime] = await rowsOf(own);
    const nameOf = (row: StatsRow): string => (split === undefined ? '' : textOf(row.by[0]));
    const series = new Map(
      totals.map((row) => [nameOf(row), { total: read(row), points: new Map<number, number>() }] as const),
    );
    for (const part of overTime) {
      const [time, value] = [timeOf(part.by.at(-1)), read(part)];
      if (!Number.isNaN(time) && value !== undefined) series.get(nameOf(part))?.points.set(time, value);
    }
    return series;
  }

  async function ofLines(measure: Measure): Promise<MeasureValues> {
    const field = resolveField(split ?? '');
    const sums = createSums(barMs);
    const kind = isOfSpans(measure) ? 'event:span.end ' : '';
    for await (const { record } of query.records(allOf(filter, parseFilter(kind + measureFilter(measure))), options)) {
      const line = record as Readonly<Record<string, unknown>>;
      const value = measure.kind === 'count' ? 1 : line[measure.field];
      if (typeof value !== 'number' || !passesParts(measure.where, line)) continue;
      const name = field === undefined ? '' : textOf(fieldValues(field, record)[0]);
      sums.add(name, timeOf(record['event.start'] ?? record['@timestamp']), value);
    }
    if (measure.kind === 'mean') return sums.end(({ value, lines }) => value / lines);
    return sums.end(({ value, least }) => (measure.kind === 'min' ? least : value));
  }

  async function measured(measure: Measure): Promise<Measured> {
    const figure = figureOf(measure);
    const values = figure === undefined ? await ofLines(measure) : await ofStats(figure.filter, figure.read);
    return { values, empty: measure.kind === 'count' || measure.kind === 'sum' ? 0 : undefined };
  }

  /** The series of a metric. */
  return async ({ of, per, factor = 1 }: Metric): Promise<Map<string, SeriesValues>> => {
    const [parts, whole] = [[], []] as [Measured[], Measured[]];
    // One after the other: each may read the whole log.
    for (const measure of of) parts.push(await measured(measure));
    for (const measure of per ?? []) whole.push(await measured(measure));
    return combine(parts, per === undefined ? undefined : whole, factor);
  };
}
