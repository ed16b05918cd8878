/** The figures of a panel: totals, and values over time. */

import type { Filter, Query, ReadOptions } from '@spanline/query';
import { SpanlineError } from '@spanline/record';
import { type Metric, METRICS } from '@spanline/record/metrics';
import type { PanelAnswer, PanelSeries } from '../../contract/index.ts';
import { type Panel, PANELS } from '../../panels/panels.ts';
import { createMeasuring } from './panel-measures.ts';
import type { Histogram } from './trace-list.ts';

/** Series of one panel; the page says how many more there are. */
const MAX_SERIES = 8;
const DAY_MS = 86_400_000;

/** The question of a panel. */
export interface PanelQuestion {
  readonly query: Query;
  /** The filter of the page. */
  readonly filter: Filter;
  readonly bars: Histogram;
  readonly options: ReadOptions;
}

/** The panel of an id. @throws SpanlineError `ERR_INVALID_OPTION` */
export function panelOf(id: string): Panel {
  const panel = PANELS.find((known) => known.id === id);
  if (panel !== undefined) return panel;
  throw new SpanlineError({ code: 'ERR_INVALID_OPTION', option: 'panel', expected: 'the id of a panel', got: id });
}

/** The series with the largest totals; metrics keep their order. */
function answerOf(panel: Panel, bars: Histogram, series: readonly PanelSeries[]): PanelAnswer {
  const known = series.filter(({ total }) => total !== undefined);
  const sorted =
    panel.metrics.length > 0 && panel.split === undefined
      ? known
      : known.toSorted((a, b) => (b.total ?? 0) - (a.total ?? 0));
  const shown = sorted
    .slice(0, MAX_SERIES)
    .map((one) => ({ ...one, points: one.points.toSorted(([a], [b]) => a - b) }));
  // Steps of the newest trace may begin after its own interval.
  const times = [
    bars.histogram.map(({ startMs }) => startMs),
    ...shown.map(({ points }) => points.map(([time]) => time)),
  ];
  const ends = times.flatMap((all) => [all[0], all.at(-1)]).filter((time) => time !== undefined);
  const range = ends.length === 0 ? {} : { fromMs: Math.min(...ends), toMs: Math.max(...ends) };
  return { id: panel.id, barMs: bars.barMs, ...range, series: shown, more: sorted.length - shown.length };
}

async function metricSeries(panel: Panel, { query, filter, bars, options }: PanelQuestion): Promise<PanelAnswer> {
  const read = createMeasuring({ query, filter, split: panel.split, barMs: bars.barMs, options });
  const series: PanelSeries[] = [];
  for (const name of panel.metrics) {
    const metric: Metric = METRICS[name];
    for (const [value, { total, points }] of await read(metric)) {
      // As in every dashboard, lines without the field are in no series.
      if (panel.split !== undefined && value === '') continue;
      series.push({
        name: panel.split === undefined ? metric.title : value,
        ...(total === undefined ? {} : { total }),
        points: [...points],
      });
    }
  }
  return answerOf(panel, bars, series);
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
export function readPanel(panel: Panel, question: PanelQuestion): Promise<PanelAnswer> {
  if (panel.metrics.length === 0) return errorSeries(panel, question);
  const isByDay = panel.every === 'day' && question.bars.barMs < DAY_MS;
  const days: Histogram = { barMs: DAY_MS, histogram: [] };
  return metricSeries(panel, isByDay ? { ...question, bars: days } : question);
}
