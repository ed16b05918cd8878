/** Charts as a dashboard of Grafana's schema v2. */
import { placeOf } from '../../panels/grid.ts';
import type { Chart, ChartQuery } from './chart.ts';
import { type DashboardText, EXPRESSIONS, GRID, optionsOf, VARIABLE } from './layout.ts';

type Fields = Readonly<Record<string, unknown>>;

const VERSION = 'v0';
const nameOf = (index: number): string => `panel-${index + 1}`;

function queryOf({ refId, isExpression, isHidden, model }: ChartQuery, plugin: string): Fields {
  const source = isExpression
    ? { group: EXPRESSIONS, datasource: { name: EXPRESSIONS } }
    : { group: plugin, datasource: { name: `\${${VARIABLE}}` } };
  const query = { kind: 'DataQuery', version: VERSION, ...source, spec: model };
  return { kind: 'PanelQuery', spec: { query, refId, hidden: isHidden } };
}

function elementOf({ title, view, queries, transformations, overrides }: Chart, index: number, plugin: string): Fields {
  const data = {
    queries: queries.map((query) => queryOf(query, plugin)),
    transformations: transformations.map(({ id, options, refId }) => ({
      kind: 'Transformation',
      group: id,
      spec: { options, ...(refId === undefined ? {} : { filter: { id: 'byRefId', options: refId } }) },
    })),
    queryOptions: {},
  };
  return {
    kind: 'Panel',
    spec: {
      id: index + 1,
      title,
      description: '',
      links: [],
      data: { kind: 'QueryGroup', spec: data },
      vizConfig: {
        kind: 'VizConfig',
        group: view,
        version: '',
        spec: { options: optionsOf(view), fieldConfig: { defaults: {}, overrides } },
      },
    },
  };
}

function itemOf(index: number): Fields {
  const { x, y, w: width, h: height } = placeOf(index, GRID);
  const element = { kind: 'ElementReference', name: nameOf(index) };
  return { kind: 'GridLayoutItem', spec: { x, y, width, height, element } };
}

function variableOf(plugin: string): Fields {
  return {
    kind: 'DatasourceVariable',
    spec: {
      name: VARIABLE,
      label: 'Data source',
      pluginId: plugin,
      refresh: 'onDashboardLoad',
      regex: '',
      current: { text: '', value: '' },
      options: [],
      multi: false,
      includeAll: false,
      hide: 'dontHide',
      skipUrlSync: false,
      allowCustomValue: true,
    },
  };
}

/** The `spec` of a dashboard in the schema v2. */
export function v2Dashboard(charts: readonly Chart[], text: DashboardText): Fields {
  const { title, description, plugin, tags } = text;
  return {
    title,
    description,
    tags,
    editable: true,
    preload: false,
    liveNow: false,
    cursorSync: 'Crosshair',
    annotations: [],
    links: [],
    timeSettings: {
      timezone: 'browser',
      from: 'now-24h',
      to: 'now',
      autoRefresh: '',
      autoRefreshIntervals: ['30s', '1m', '5m', '15m', '1h'],
      hideTimepicker: false,
      fiscalYearStartMonth: 0,
    },
    variables: [variableOf(plugin)],
    elements: Object.fromEntries(charts.map((chart, index) => [nameOf(index), elementOf(chart, index, plugin)])),
    layout: { kind: 'GridLayout', spec: { items: charts.map((_chart, index) => itemOf(index)) } },
  };
}
