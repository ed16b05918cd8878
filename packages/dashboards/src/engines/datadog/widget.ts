/** A panel as a widget of a Datadog dashboard. */
import { type Measure, type Metric, type MetricName, METRICS, type Panel } from '@spanline/record/metrics';
import { attributeOf, logQuery } from './log-query.ts';

type Fields = Record<string, unknown>;

const ROWS = 10;
const AGGREGATIONS = { count: 'count', sum: 'sum', mean: 'avg', min: 'min' } as const;

/** Datadog's logs have these quantiles only. @throws RangeError for another */
function aggregationOf(measure: Measure): string {
  if (measure.kind !== 'quantile') return AGGREGATIONS[measure.kind];
  const quantiles: Readonly<Record<number, string>> = { 0.5: 'median', 0.95: 'pc95', 0.99: 'pc99' };
  const found = quantiles[measure.at];
  if (found === undefined) throw new RangeError(`no quantile ${measure.at} of logs`);
  return found;
}

/** The number that a query takes of its lines. */
export function computeOf(measure: Measure): Fields {
  const aggregation = aggregationOf(measure);
  return measure.kind === 'count' ? { aggregation } : { aggregation, metric: attributeOf(measure.field) };
}

function queryOf(name: string, measure: Measure, { by }: Panel, filter: string): Fields {
  const compute = computeOf(measure);
  const sort = { ...compute, order: 'desc' };
  return {
    data_source: 'logs',
    name,
    indexes: ['*'],
    search: { query: [filter, logQuery(measure.where)].filter((part) => part !== '').join(' ') },
    compute,
    group_by: by === undefined ? [] : [{ facet: attributeOf(by), limit: ROWS, sort }],
  };
}

/** Queries and formula of a metric. An absent sum is 0 in a formula of several. */
function partsOf(
  name: MetricName,
  panel: Panel,
  filter: string,
): { queries: Fields[]; formula: Fields; before: Fields } {
  const { of, per = [], factor = 1, title }: Metric = METRICS[name];
  const nameOf = (part: string, index: number): string => `${name}_${part}${index}`;
  const queries = [
    ...of.map((measure, index) => queryOf(nameOf('of', index), measure, panel, filter)),
    ...per.map((measure, index) => queryOf(nameOf('per', index), measure, panel, filter)),
  ];
  const formulaOf = (read: (query: string) => string): string => {
    const sum = (part: string, measures: readonly Measure[]): string =>
      measures.length === 1
        ? read(nameOf(part, 0))
        : `(${measures.map((_measure, index) => `default_zero(${read(nameOf(part, index))})`).join(' + ')})`;
    const value = factor === 1 ? sum('of', of) : `${sum('of', of)} * ${factor}`;
    return per.length === 0 ? value : `${value} / ${sum('per', per)}`;
  };
  return {
    queries,
    formula: { formula: formulaOf((query) => query), alias: title },
    before: { formula: formulaOf((query) => `week_before(${query})`), alias: `${title}, a week before` },
  };
}

/** The widget of a panel. `filter` narrows every query, such as `service:rag-api`. */
export function datadogWidget(panel: Panel, filter: string): Fields {
  const parts = panel.metrics.map((name) => partsOf(name, panel, filter));
  const queries = parts.flatMap((part) => part.queries);
  const formulas = parts.flatMap(({ formula, before }) => (panel.isCompared === true ? [formula, before] : [formula]));
  const definition =
    panel.kind === 'time'
      ? { type: 'timeseries', requests: [{ response_format: 'timeseries', queries, formulas, display_type: 'line' }] }
      : { type: 'query_table', requests: [{ response_format: 'scalar', queries, formulas }] };
  return { definition: { title: panel.title, ...definition } };
}
