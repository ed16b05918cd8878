/** Charts as a dashboard of Grafana's classic schema. */
import { placeOf } from '../../panels/grid.ts';
import type { Chart, ChartQuery } from './chart.ts';
import { type DashboardText, EXPRESSIONS, GRID, optionsOf, VARIABLE } from './layout.ts';

type Fields = Readonly<Record<string, unknown>>;

/** Grafana migrates a dashboard of an older schema when it opens it. */
const SCHEMA_VERSION = 41;

function targetOf({ refId, isExpression, isHidden, model }: ChartQuery, plugin: string): Fields {
  const datasource = isExpression ? { type: EXPRESSIONS, uid: EXPRESSIONS } : { type: plugin, uid: `\${${VARIABLE}}` };
  return { ...model, refId, hide: isHidden, datasource };
}

function panelOf({ title, view, queries, transformations, overrides }: Chart, index: number, plugin: string): Fields {
  return {
    id: index + 1,
    title,
    type: view,
    gridPos: placeOf(index, GRID),
    datasource: { type: plugin, uid: `\${${VARIABLE}}` },
    targets: queries.map((query) => targetOf(query, plugin)),
    transformations: transformations.map(({ id, options, refId }) => ({
      id,
      options,
      ...(refId === undefined ? {} : { filter: { id: 'byRefId', options: refId } }),
    })),
    fieldConfig: { defaults: {}, overrides },
    options: optionsOf(view),
  };
}

/** A dashboard in the schema that every Grafana reads. */
export function classicDashboard(charts: readonly Chart[], text: DashboardText): Fields {
  const { uid, title, description, plugin, tags } = text;
  return {
    uid,
    title,
    description,
    tags,
    schemaVersion: SCHEMA_VERSION,
    editable: true,
    graphTooltip: 1,
    time: { from: 'now-24h', to: 'now' },
    annotations: { list: [] },
    templating: { list: [{ type: 'datasource', name: VARIABLE, label: 'Data source', query: plugin }] },
    panels: charts.map((chart, index) => panelOf(chart, index, plugin)),
  };
}
