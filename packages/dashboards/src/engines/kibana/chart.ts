/** A panel as a visualization of Kibana's Dashboards API. */
import { profileKey } from '@spanline/record';
import { type MetricName, METRICS, type Panel, type Unit } from '@spanline/record/metrics';
import { usualTitle } from '../texts.ts';
import { COLUMNS, panelQuery, type QuerySource, requestsQuery, TIME, usualQuery } from './query.ts';

type Fields = Readonly<Record<string, unknown>>;

const FORMATS: Readonly<Record<Unit, Fields>> = {
  count: { type: 'number', decimals: 0 },
  ms: { type: 'number', decimals: 0, suffix: ' ms' },
  usd: { type: 'custom', pattern: '$0,0.0000' },
  tokens: { type: 'number', decimals: 0 },
  share: { type: 'percent', decimals: 1 },
  score: { type: 'number', decimals: 3 },
  documents: { type: 'number', decimals: 2 },
};

const esql = (query: string): Fields => ({ type: 'esql', query });

/** Metrics of another unit than the first have the second axis. */
function yOf(names: readonly MetricName[], titleOf: (title: string) => string): Fields[] {
  const units = names.map((name) => METRICS[name].unit);
  return names.map((name, place) => ({
    column: titleOf(METRICS[name].title),
    format: FORMATS[METRICS[name].unit],
    ...(units[place] === units[0] ? {} : { axis: 'y2' }),
  }));
}

function timeChart(panel: Panel, source: QuerySource): Fields {
  const { metrics, by, isCompared } = panel;
  const layer = (query: string, titleOf: (title: string) => string): Fields => ({
    type: 'line',
    data_source: esql(query),
    x: { column: TIME },
    y: yOf(metrics, titleOf),
  });
  const own = layer(panelQuery(panel, source), (title) => title);
  const field = by === undefined ? undefined : profileKey(by, source.profile);
  return {
    type: 'xy',
    title: panel.title,
    layers: [
      field === undefined ? own : { ...own, breakdown_by: { column: field } },
      ...(isCompared === true ? [layer(usualQuery(panel, source), usualTitle)] : []),
    ],
    axis: { x: { title: { visible: false } }, y: { title: { visible: false } }, y2: { title: { visible: false } } },
    legend: { visibility: 'visible', position: 'bottom' },
  };
}

function table(title: string, query: string, rows: readonly string[], metrics: readonly Fields[]): Fields {
  return { type: 'data_table', title, data_source: esql(query), rows: rows.map((column) => ({ column })), metrics };
}

/** The visualization of a panel: lines over time, or a table. */
export function kibanaChart(panel: Panel, source: QuerySource): Fields {
  if (panel.kind === 'time') return timeChart(panel, source);
  const rows = panel.by === undefined ? [] : [profileKey(panel.by, source.profile)];
  return table(
    panel.title,
    panelQuery(panel, source),
    rows,
    panel.metrics.map((name) => ({ column: METRICS[name].title, format: FORMATS[METRICS[name].unit] })),
  );
}

/** The list of the slowest requests. A click on a row opens its trace: the trace id is the first value of a row. */
export function requestsTable(title: string, source: QuerySource, traceUrl: string | undefined): Fields {
  const { profile } = source;
  const units = { duration_ms: 'ms', 'spanline.rollup.cost_usd': 'usd' } as const;
  const chart = table(
    title,
    requestsQuery(source),
    COLUMNS.rows.map((key) => profileKey(key, profile)),
    COLUMNS.metrics.map((key) => ({ column: profileKey(key, profile), format: FORMATS[units[key]] })),
  );
  if (traceUrl === undefined) return chart;
  const drilldown = {
    type: 'url_drilldown',
    trigger: 'on_click_row',
    label: 'Open the trace',
    url: traceUrl.replace('{trace_id}', '{{event.values.[0]}}'),
    encode_url: false,
    open_in_new_tab: true,
  };
  return { ...chart, drilldowns: [drilldown] };
}
