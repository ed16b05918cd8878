/** A panel for Grafana's Prometheus data source. */
import { type MetricName, METRICS, type Panel } from '@spanline/record/metrics';
import { labelOfField, promql } from '../../metrics/promql.ts';
import { type Chart, type ChartQuery, type Override, refIds, UNITS } from './chart.ts';

const ROWS = 10;
/** The time that a value is compared with. */
const USUAL = '7d';

interface Shown {
  readonly name: MetricName;
  readonly title: string;
  readonly expr: string;
}

/** The metrics of a panel that `/metrics` has. */
function shownOf({ metrics, by, kind, every, isCompared }: Panel, filter: string): Shown[] {
  const range = kind === 'time' ? (every === 'day' ? '1d' : '$__rate_interval') : '$__range';
  return metrics.flatMap((name) => {
    const expr = promql(name, { by, range, filter });
    if (expr === undefined) return [];
    const { title } = METRICS[name];
    const usual = isCompared === true ? promql(name, { by, range: USUAL, filter }) : undefined;
    return [
      { name, title, expr },
      ...(usual === undefined ? [] : [{ name, title: `${title}, of a week`, expr: usual }]),
    ];
  });
}

function timeChart(panel: Panel, shown: readonly Shown[], label: string | undefined): Chart {
  const nextId = refIds();
  const overrides: Override[] = [];
  const queries = shown.map(({ name, title, expr }): ChartQuery => {
    const refId = nextId();
    const value = label === undefined ? '' : `{{${label}}}`;
    const legendFormat = [shown.length > 1 || label === undefined ? title : '', value]
      .filter((text) => text !== '')
      .join(': ');
    overrides.push({
      matcher: { id: 'byFrameRefID', options: refId },
      properties: [{ id: 'unit', value: UNITS[METRICS[name].unit] }],
    });
    const step = panel.every === 'day' ? { interval: '1d' } : {};
    return { refId, isExpression: false, isHidden: false, model: { expr, range: true, legendFormat, ...step } };
  });
  return { title: panel.title, view: 'timeseries', queries, transformations: [], overrides };
}

function tableChart(panel: Panel, shown: readonly Shown[], label: string): Chart {
  const nextId = refIds();
  const columns = shown.map(({ name, title, expr }) => ({ name, title, expr, refId: nextId() }));
  const valueOf = (refId: string): string => (columns.length === 1 ? 'Value' : `Value #${refId}`);
  return {
    title: panel.title,
    view: 'table',
    queries: columns.map(({ refId, expr }) => ({
      refId,
      isExpression: false,
      isHidden: false,
      model: { expr, instant: true, format: 'table' },
    })),
    transformations: [
      { id: 'merge', options: {} },
      {
        id: 'filterFieldsByName',
        options: { include: { names: [label, ...columns.map(({ refId }) => valueOf(refId))] } },
      },
      { id: 'sortBy', options: { sort: [{ field: valueOf('A'), desc: true }] } },
      { id: 'limit', options: { limitField: ROWS } },
    ],
    overrides: columns.map(({ refId, name, title }) => ({
      matcher: { id: 'byName', options: valueOf(refId) },
      properties: [
        { id: 'displayName', value: title },
        { id: 'unit', value: UNITS[METRICS[name].unit] },
      ],
    })),
  };
}

/** A panel of the list, with PromQL; `undefined` if `/metrics` has none of its metrics by its field. */
export function prometheusChart(panel: Panel, filter: string): Chart | undefined {
  const shown = shownOf(panel, filter);
  if (shown.length === 0) return undefined;
  const label = panel.by === undefined ? undefined : labelOfField(panel.by);
  return panel.kind === 'time' || label === undefined
    ? timeChart(panel, shown, label)
    : tableChart(panel, shown, label);
}
