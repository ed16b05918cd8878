/** A panel for Grafana's Elasticsearch data source; the one of OpenSearch has the same queries. */
import { type AttributeKey, profileKey } from '@spanline/record';
import { type Measure, type Metric, type MetricName, METRICS, type Panel, REQUEST } from '@spanline/record/metrics';
import type { SearchProfile } from '../../search/condition.ts';
import { luceneQuery } from '../../search/lucene.ts';
import { REQUEST_COLUMNS } from '../request-columns.ts';
import { usualTitle } from '../texts.ts';
import { type Chart, type ChartQuery, type Override, refIds, type Transformation, UNITS } from './chart.ts';

type Fields = Readonly<Record<string, unknown>>;

/** The lines that the queries of a dashboard read. */
export interface SearchSource {
  readonly profile: SearchProfile;
  /** Lucene query that narrows every panel; empty for none. */
  readonly filter: string;
  readonly traceUrl: string | undefined;
}

const VALUES = '500';
const ROWS = 10;
const METRIC_ID = '1';
const AGGREGATIONS = { sum: 'sum', mean: 'avg', min: 'min', quantile: 'percentiles' } as const;

/** The metric aggregation of a measure. */
export function metricOf(measure: Measure, profile: SearchProfile): Fields {
  if (measure.kind === 'count') return { id: METRIC_ID, type: 'count' };
  const field = profileKey(measure.field, profile);
  const settings = measure.kind === 'quantile' ? { settings: { percents: [String(measure.at * 100)] } } : {};
  return { id: METRIC_ID, type: AGGREGATIONS[measure.kind], field, ...settings };
}

/** A query within the filter of a dashboard. */
export const narrowed = (query: string, filter: string): string => (filter === '' ? query : `(${filter}) AND ${query}`);

/** Buckets of a query. An hour without lines has a bucket too, and a value whose lines none pass: a sum of 0. */
function bucketsOf({ by, kind, every }: Panel, profile: SearchProfile): Fields[] {
  const isTimed = kind === 'time';
  const settings = { order: 'desc', orderBy: '_count', size: isTimed ? String(ROWS) : VALUES };
  const terms = {
    id: '2',
    type: 'terms',
    field: by === undefined ? '' : profileKey(by, profile),
    settings: { ...settings, min_doc_count: isTimed ? '0' : '1' },
  };
  const times = {
    id: '3',
    type: 'date_histogram',
    field: '@timestamp',
    settings: { interval: every === 'day' ? '1d' : 'auto', min_doc_count: '0', trimEdges: '0' },
  };
  return [...(by === undefined ? [] : [terms]), ...(isTimed ? [times] : [])];
}

interface Parts {
  readonly queries: readonly ChartQuery[];
  /** The query of the value that is usual: that of the whole time. */
  readonly usual?: string;
  /** The query that has the value of the metric. */
  readonly refId: string;
}

const computed = (refId: string, model: Fields, isHidden = false): ChartQuery => ({
  refId,
  isExpression: true,
  isHidden,
  model,
});
const math = (refId: string, expression: string): ChartQuery => computed(refId, { type: 'math', expression });

const sumOf = (ids: readonly string[], write: (id: string) => string): string =>
  ids.length === 1 ? ids.map(write).join('') : `(${ids.map(write).join(' + ')})`;

/** Queries of a metric over time. Sums and ratios are expressions: Grafana computes them for each series. */
function timedMetric(name: MetricName, panel: Panel, source: SearchSource, nextId: () => string): Parts {
  const { of, per = [], factor = 1 }: Metric = METRICS[name];
  const isPlain = of.length === 1 && per.length === 0 && factor === 1;
  const query = (measure: Measure): ChartQuery => measured(measure, panel, source, nextId(), !isPlain);
  const [parts, whole] = [of.map(query), per.map(query)];
  const idsOf = (queries: readonly ChartQuery[]): string[] => queries.map(({ refId }) => refId);
  if (isPlain) return { queries: parts, refId: idsOf(parts).join('') };
  const refId = nextId();
  const reference = (id: string): string => `$${id}`;
  const value = `${sumOf(idsOf(parts), reference)}${factor === 1 ? '' : ` * ${factor}`}`;
  const expression = per.length === 0 ? value : `${value} / ${sumOf(idsOf(whole), reference)}`;
  const queries = [...parts, ...whole, math(refId, expression)];
  if (panel.isCompared !== true) return { queries, refId };
  const total = (query: ChartQuery): ChartQuery =>
    computed(nextId(), { type: 'reduce', expression: query.refId, reducer: 'sum', settings: { mode: 'dropNN' } }, true);
  const [allParts, all, usual] = [parts.map(total), whole.map(total), nextId()];
  const constant = `${sumOf(idsOf(allParts), reference)} / ${sumOf(idsOf(all), reference)}`;
  // A series times 0, so that a number is drawn as a line.
  const line = math(usual, `${reference(idsOf(whole)[0] ?? refId)} * 0 + ${constant}`);
  return { queries: [...queries, ...allParts, ...all, line], refId, usual };
}

function measured(
  measure: Measure,
  panel: Panel,
  { profile, filter }: SearchSource,
  refId: string,
  isHidden: boolean,
): ChartQuery {
  const model = {
    query: narrowed(luceneQuery(measure.where, profile), filter),
    timeField: '@timestamp',
    metrics: [metricOf(measure, profile)],
    bucketAggs: bucketsOf(panel, profile),
  };
  return { refId, isExpression: false, isHidden, model };
}

function timeChart(panel: Panel, source: SearchSource): Chart {
  const nextId = refIds();
  const by = panel.by === undefined ? undefined : profileKey(panel.by, source.profile);
  const parts = panel.metrics.map((name) => ({ name, ...timedMetric(name, panel, source, nextId) }));
  const overrides = parts.flatMap(({ name, refId, usual }): Override[] => {
    const { title, unit } = METRICS[name];
    const value = by === undefined ? '' : `\${__field.labels["${by}"]}`;
    const shown = [panel.metrics.length > 1 || by === undefined ? title : '', value].filter((text) => text !== '');
    const override = (options: string, displayName: string): Override => ({
      matcher: { id: 'byFrameRefID', options },
      properties: [
        { id: 'displayName', value: displayName },
        { id: 'unit', value: UNITS[unit] },
      ],
    });
    const own = override(refId, shown.join(': '));
    return usual === undefined ? [own] : [own, override(usual, usualTitle(title))];
  });
  const queries = parts.flatMap((part) => part.queries);
  return { title: panel.title, view: 'timeseries', queries, transformations: [], overrides };
}

/**
 * A table: a query for each measure, whose column of values is renamed to that of the query, joined by the field. Sums
 * and ratios of columns are computed in the page, where an absent value counts as 0.
 */
function tableChart(panel: Panel, by: AttributeKey, source: SearchSource): Chart {
  const nextId = refIds();
  const key = profileKey(by, source.profile);
  const own = new RegExp(String.raw`[\\^$.*+?()[\]{}|]`, 'g');
  const queries: ChartQuery[] = [];
  const steps: Transformation[] = [];
  const overrides: Override[] = [];
  const calculated: Transformation[] = [];
  const columns: string[] = [];
  const column = (measure: Measure): string => {
    const refId = nextId();
    queries.push(measured(measure, panel, source, refId, false));
    const regex = `^(?!${key.replaceAll(own, String.raw`\$&`)}$).*$`;
    steps.push({ id: 'renameByRegex', refId, options: { regex, renamePattern: refId } });
    return refId;
  };
  const sum = (measures: readonly Measure[], alias: string): string => {
    const names = measures.map(column);
    if (names.length === 1) return names.join('');
    calculated.push({
      id: 'calculateField',
      options: { mode: 'reduceRow', reduce: { include: names, reducer: 'sum' }, alias },
    });
    return alias;
  };
  for (const name of panel.metrics) {
    const { title, unit, of, per }: Metric = METRICS[name];
    const value = sum(of, per === undefined ? title : `${title} (part)`);
    const shown = per === undefined ? value : title;
    if (per !== undefined) {
      const binary = { left: value, operator: '/', right: sum(per, `${title} (whole)`) };
      calculated.push({ id: 'calculateField', options: { mode: 'binary', binary, alias: title } });
    }
    columns.push(shown);
    const properties = [
      { id: 'displayName', value: title },
      { id: 'unit', value: UNITS[unit] },
    ];
    overrides.push({ matcher: { id: 'byName', options: shown }, properties });
  }
  const transformations = [
    ...steps,
    { id: 'joinByField', options: { byField: key, mode: 'outer' } },
    ...calculated,
    { id: 'filterFieldsByName', options: { include: { names: [key, ...columns] } } },
    { id: 'sortBy', options: { sort: [{ field: columns[0], desc: true }] } },
    { id: 'limit', options: { limitField: ROWS } },
  ];
  return { title: panel.title, view: 'table', queries, transformations, overrides };
}

/** A panel of the list, with the queries of Grafana's Elasticsearch data source. */
export function searchChart(panel: Panel, source: SearchSource): Chart {
  return panel.kind === 'time' || panel.by === undefined
    ? timeChart(panel, source)
    : tableChart(panel, panel.by, source);
}

/** The last requests with the longest first, whose trace ids are links. */
export function requestsChart({ profile, filter, traceUrl }: SearchSource): Chart {
  const names = (['@timestamp', ...REQUEST_COLUMNS] as const).map((key) => profileKey(key, profile));
  const traceId = profileKey('trace_id', profile);
  const link = { title: 'Trace', url: traceUrl?.replace('{trace_id}', '${__value.text}'), targetBlank: true };
  const duration = profileKey('duration_ms', profile);
  const model = {
    query: narrowed(luceneQuery(REQUEST, profile), filter),
    timeField: '@timestamp',
    metrics: [{ id: METRIC_ID, type: 'raw_data', settings: { size: VALUES } }],
    bucketAggs: [],
  };
  return {
    title: 'Slowest of the last requests',
    view: 'table',
    queries: [{ refId: 'A', isExpression: false, isHidden: false, model }],
    transformations: [
      { id: 'filterFieldsByName', options: { include: { names } } },
      { id: 'sortBy', options: { sort: [{ field: duration, desc: true }] } },
    ],
    overrides: [
      { matcher: { id: 'byName', options: duration }, properties: [{ id: 'unit', value: UNITS.ms }] },
      ...(traceUrl === undefined
        ? []
        : [
            {
              matcher: { id: 'byName', options: traceId } as const,
              properties: [{ id: 'links', value: [link] }],
            },
          ]),
    ],
  };
}
