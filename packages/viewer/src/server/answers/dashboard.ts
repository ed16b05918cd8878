/** The figures of a panel: totals, and values over time. Those of spans are the figures of `spanline stats`. */

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
import { SpanlineError } from '@spanline/record';
import type { PanelAnswer, PanelSeries } from '../../contract/index.ts';
import { type LineMetric, type Panel, PANELS, type SpanMetric, type TraceMetric } from '../../panels.ts';
import type { Histogram } from './trace-list.ts';
import type { TraceTable } from './trace-table.ts';

/** Series of one panel; the page says how many more there are. */
const MAX_SERIES = 8;

/** The question of a panel. */
export interface PanelQuestion {
  readonly query: Query;
  /** The filter of the page. */
  readonly filter: Filter;
  /** The traces that pass it. */
  readonly table: TraceTable;
  readonly bars: Histogram;
  readonly options: ReadOptions;
}

/** The panel of an id. @throws SpanlineError `ERR_INVALID_OPTION` */
export function panelOf(id: string): Panel {
  const panel = PANELS.find((known) => known.id === id);
  if (panel !== undefined) return panel;
  throw new SpanlineError({ code: 'ERR_INVALID_OPTION', option: 'panel', expected: 'the id of a panel', got: id });
}

const MEASURES: Readonly<Record<SpanMetric, (row: StatsRow) => number | undefined>> = {
  requests: ({ count }) => count,
  errors: ({ errors }) => errors,
  error_rate: ({ errorRate }) => errorRate,
  llm_error_rate: ({ errorRate }) => errorRate,
  tool_error_rate: ({ errorRate }) => errorRate,
  step_p95_ms: ({ p95Ms }) => p95Ms,
  latency_p50_ms: ({ p50Ms }) => p50Ms,
  latency_p95_ms: ({ p95Ms }) => p95Ms,
  latency_p99_ms: ({ p99Ms }) => p99Ms,
  time_to_first_token_p50_ms: ({ ttftP50Ms }) => ttftP50Ms,
  time_to_first_token_p95_ms: ({ ttftP95Ms }) => ttftP95Ms,
  total_tokens: ({ inputTokens, outputTokens }) => inputTokens + outputTokens,
  cost_usd: ({ costUsd }) => costUsd,
};

/** Names of series that are metrics. */
const NAMES: Readonly<Partial<Record<SpanMetric, string>>> = {
  requests: 'all',
  errors: 'failed',
  error_rate: 'failed',
  latency_p50_ms: 'p50',
  latency_p95_ms: 'p95',
  latency_p99_ms: 'p99',
};

/** A series before it is cut. */
type OpenSeries = PanelSeries & { readonly points: [number, number][] };

const inTime = (points: [number, number][]): [number, number][] => points.toSorted(([a], [b]) => a - b);

/** The series with the largest totals. */
function answerOf(panel: Panel, bars: Histogram, series: readonly OpenSeries[], keepsOrder = false): PanelAnswer {
  const known = series.filter(({ total }) => total !== undefined);
  const sorted = keepsOrder ? known : known.toSorted((a, b) => (b.total ?? 0) - (a.total ?? 0));
  const shown = sorted.slice(0, MAX_SERIES).map(({ points, ...one }) => ({ ...one, points: inTime(points) }));
  // Steps of the newest trace may begin after its own interval.
  const times = [
    bars.histogram.map(({ startMs }) => startMs),
    ...shown.map(({ points }) => points.map(([time]) => time)),
  ];
  const ends = times.flatMap((all) => [all[0], all.at(-1)]).filter((time) => time !== undefined);
  const range = ends.length === 0 ? {} : { fromMs: Math.min(...ends), toMs: Math.max(...ends) };
  return { id: panel.id, barMs: bars.barMs, ...range, series: shown, more: sorted.length - shown.length };
}

const DAY_MS = 86_400_000;
/** The length of a bar, in the grammar of filters. Lines with a wrong clock can make it years. */
const intervalOf = (barMs: number): string => (barMs % DAY_MS === 0 ? `${barMs / DAY_MS}d` : `${barMs}ms`);

const timeOf = (value: Value | undefined): number => Date.parse(String(value));
const textOf = (value: Value | undefined): string => (value === undefined ? '' : String(value));

async function spanSeries(
  panel: Panel,
  metrics: readonly SpanMetric[],
  { query, filter, bars, options }: PanelQuestion,
): Promise<PanelAnswer> {
  const own = allOf(filter, parseFilter(panel.filter));
  const split = panel.split === undefined ? [] : [panel.split];
  const totals = await query.stats(own, { ...options, by: split });
  const overTime = await query.stats(own, { ...options, by: [...split, `start/${intervalOf(bars.barMs)}`] });
  const series = totals.rows.flatMap((row): OpenSeries[] =>
    metrics.map((metric) => {
      const total = MEASURES[metric](row);
      const value = textOf(row.by[0]);
      return {
        name: panel.split === undefined ? (NAMES[metric] ?? metric) : value,
        ...(total === undefined ? {} : { total }),
        points: overTime.rows.flatMap((part): [number, number][] => {
          if (panel.split !== undefined && textOf(part.by[0]) !== value) return [];
          const [time, found] = [timeOf(part.by.at(-1)), MEASURES[metric](part)];
          return Number.isNaN(time) || found === undefined ? [] : [[time, found]];
        }),
      };
    }),
  );
  return answerOf(panel, bars, series, panel.split === undefined);
}

function traceSeries(panel: Panel, metric: TraceMetric, { table, bars }: PanelQuestion): PanelAnswer {
  const keys = table.texts(panel.split === 'user' ? 'user' : 'route');
  const starts = table.numbers('start');
  const values = table.numbers(metric === 'cost_usd' ? 'cost' : 'tokens');
  const sums = createSums(bars.barMs);
  for (let index = 0; index < table.count; index++) {
    const name = table.text(keys[index] ?? 0);
    if (name !== undefined) sums.add(name, starts[index] ?? Number.NaN, values[index] ?? 0, 1);
  }
  return answerOf(
    panel,
    bars,
    sums.end((sum) => sum),
  );
}

interface Sum {
  value: number;
  per: number;
}

/** Sums by series, and by time. */
function createSums(barMs: number) {
  const series = new Map<string, { readonly all: Sum; readonly bars: Map<number, Sum> }>();
  const addTo = (sum: Sum, value: number, per: number): void => {
    sum.value += value;
    sum.per += per;
  };
  return {
    add(name: string, timeMs: number, value: number, per: number): void {
      let one = series.get(name);
      if (one === undefined) series.set(name, (one = { all: { value: 0, per: 0 }, bars: new Map() }));
      addTo(one.all, value, per);
      if (!Number.isFinite(timeMs)) return;
      const at = Math.floor(timeMs / barMs) * barMs;
      const bar = one.bars.get(at) ?? { value: 0, per: 0 };
      addTo(bar, value, per);
      one.bars.set(at, bar);
    },
    end: (read: (value: number, per: number) => number): OpenSeries[] =>
      [...series].map(([name, { all, bars }]) => ({
        name,
        total: read(all.value, all.per),
        points: [...bars].map(([time, { value, per }]): [number, number] => [time, read(value, per)]),
      })),
  };
}

async function lineSeries(
  panel: Panel,
  { sum, per }: LineMetric,
  { query, filter, bars, options }: PanelQuestion,
): Promise<PanelAnswer> {
  const field = resolveField(panel.split ?? '');
  const sums = createSums(bars.barMs);
  for await (const { record } of query.records(allOf(filter, parseFilter(panel.filter)), options)) {
    const facts = record as Readonly<Record<string, unknown>>;
    const isRatio = per !== undefined && per !== 'each';
    const value = sum === undefined ? 1 : (facts[sum] ?? (isRatio ? 0 : undefined));
    const whole = isRatio ? facts[per] : 1;
    if (typeof value !== 'number' || typeof whole !== 'number') continue;
    const name = field === undefined ? '' : textOf(fieldValues(field, record)[0]);
    sums.add(name, timeOf(record['event.start'] ?? record['@timestamp']), value, whole);
  }
  const read =
    per === undefined ? (value: number) => value : (value: number, of: number) => (of === 0 ? 0 : value / of);
  return answerOf(panel, bars, sums.end(read));
}

async function errorSeries(panel: Panel, { query, filter, bars, options }: PanelQuestion): Promise<PanelAnswer> {
  const { groups } = await query.errors(filter, options);
  const series = groups.map(({ fingerprint, type, path, message, count }) => ({
    name: `${type} ${path.split(' > ').at(-1) ?? ''}: ${message}`,
    key: fingerprint,
    total: count,
    points: [],
  }));
  return answerOf(panel, bars, series);
}

/** The answer to `GET /api/v1/panels/<id>`. */
export function readPanel(panel: Panel, question: PanelQuestion): PanelAnswer | Promise<PanelAnswer> {
  const { figures } = panel;
  switch (figures.of) {
    case 'spans':
      return spanSeries(panel, figures.metrics, question);
    case 'traces':
      return traceSeries(panel, figures.metrics[0], question);
    case 'lines':
      return lineSeries(panel, figures.metrics[0], question);
    default:
      return errorSeries(panel, question);
  }
}
