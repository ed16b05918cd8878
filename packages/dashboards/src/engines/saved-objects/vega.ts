/**
 * A panel as a Vega-Lite chart, which Kibana and OpenSearch Dashboards draw. The chart holds the search of the panel,
 * so that every metric can be drawn, also ratios of sums over different lines.
 */
import { type Measure, type Metric, METRICS, type Panel, type Unit } from '@spanline/record/metrics';
import type { SearchProfile } from '../../search/condition.ts';
import { valueName } from '../../search/measure.ts';
import { panelAggregations } from '../../search/panel-search.ts';
import { usualTitle } from '../texts.ts';

type Json = Readonly<Record<string, unknown>>;

/** Where a chart reads, and what of it. */
export interface ChartSource {
  /** Index pattern or data stream. */
  readonly index: string;
  readonly profile: SearchProfile;
}

const FORMATS: Readonly<Record<Unit, string>> = {
  // An axis of small numbers has steps between them.
  count: ',.1~f',
  ms: ',.0f',
  usd: '$,.4f',
  tokens: ',.0f',
  share: '.1%',
  score: '.3f',
  documents: '.2f',
};

/** Width of the bars of all columns. */
const BARS = 360;
/** Value of the first metric: rows of all columns have its order. */
const RANK = 'rank';

/** A number of the answer. A quantile of no lines, and a mean of none, is null. */
function numberOf(metric: string, part: 'of' | 'per', index: number, measure: Measure): string {
  const aggregation = `datum['${valueName(metric, part, index)}']`;
  if (measure.kind === 'count') return `${aggregation}.doc_count`;
  return measure.kind === 'quantile' ? `${aggregation}.value.values[0].value` : `${aggregation}.value.value`;
}

const sumOf = (metric: string, part: 'of' | 'per', measures: readonly Measure[]): string =>
  measures.map((measure, index) => numberOf(metric, part, index, measure)).join(' + ');

/** The value of a metric in a bucket, as an expression of Vega; null without data. */
function expressionOf(name: string, { of, per, factor = 1 }: Metric): string {
  const value = `(${sumOf(name, 'of', of)}) * ${factor}`;
  if (per !== undefined) {
    const whole = `(${sumOf(name, 'per', per)})`;
    return `${whole} > 0 ? ${value} / ${whole} : null`;
  }
  const absent = of.flatMap((measure, index) =>
    measure.kind === 'count' || measure.kind === 'sum'
      ? []
      : [`!isValid(${numberOf(name, 'of', index, measure)}) || isNaN(${numberOf(name, 'of', index, measure)})`],
  );
  return absent.length === 0 ? value : `${absent.join(' || ')} ? null : ${value}`;
}

/** The value of a ratio over all buckets, in a field named as `title` says. */
function overAll(name: string, { of, per = [], factor = 1 }: Metric, title: string): Json[] {
  const [part, whole] = [`${name}_part`, `${name}_whole`];
  return [
    { calculate: sumOf(name, 'of', of), as: part },
    { calculate: sumOf(name, 'per', per), as: whole },
    {
      joinaggregate: [
        { op: 'sum', field: part, as: `all_${part}` },
        { op: 'sum', field: whole, as: `all_${whole}` },
      ],
    },
    { calculate: `datum.all_${whole} > 0 ? datum.all_${part} * ${factor} / datum.all_${whole} : null`, as: title },
  ];
}

/** One row for each bucket and metric: `series`, `time`, `value`. */
function transforms(panel: Panel): Json[] {
  const own = panel.metrics.map((name) => METRICS[name].title);
  const compared = panel.isCompared === true ? panel.metrics : [];
  const titles = [...own, ...compared.map((name) => usualTitle(METRICS[name].title))];
  const isTimed = panel.kind === 'time';
  // Buckets of the field hold buckets of time.
  const opened =
    panel.by !== undefined && isTimed
      ? [
          { calculate: 'datum.key', as: 'group' },
          { flatten: ['time.buckets'], as: ['bucket'] },
          ...panel.metrics.flatMap((name) => {
            const { of, per = [] }: Metric = METRICS[name];
            const names = [
              ...of.map((_, index) => valueName(name, 'of', index)),
              ...per.map((_, index) => valueName(name, 'per', index)),
            ];
            return names.map((key) => ({ calculate: `datum.bucket['${key}']`, as: key }));
          }),
          { calculate: 'datum.bucket.key', as: 'start' },
        ]
      : [{ calculate: 'datum.key', as: isTimed ? 'start' : 'group' }];
  const series = panel.by !== undefined && isTimed ? `datum.group + ': ' + datum.metric` : 'datum.metric';
  return [
    ...opened,
    ...panel.metrics.map((name, index) => ({ calculate: expressionOf(name, METRICS[name]), as: own[index] })),
    ...compared.flatMap((name) => overAll(name, METRICS[name], usualTitle(METRICS[name].title))),
    ...(isTimed ? [] : [{ calculate: `datum['${own[0] ?? ''}']`, as: RANK }]),
    { fold: titles, as: ['metric', 'value'] },
    { filter: 'isValid(datum.value)' },
    { calculate: panel.by !== undefined && isTimed && titles.length === 1 ? 'datum.group' : series, as: 'series' },
  ];
}

/** Lines of metrics that have one unit. */
function lines(unit: Unit): Json {
  return {
    mark: { type: 'line', point: true, tooltip: true },
    encoding: {
      x: { field: 'start', type: 'temporal', title: null },
      y: { field: 'value', type: 'quantitative', title: null, axis: { format: FORMATS[unit], tickCount: 4 } },
      color: { field: 'series', type: 'nominal', title: null },
    },
  };
}

/** Metrics of each unit have a row with an axis of their own. */
function timeChart(panel: Panel): Json {
  const units = [...new Set(panel.metrics.map((name) => METRICS[name].unit))];
  const [first, ...others] = units;
  if (first !== undefined && others.length === 0) return lines(first);
  return {
    vconcat: units.map((unit) => ({
      transform: [
        {
          filter: {
            field: 'metric',
            oneOf: panel.metrics.filter((name) => METRICS[name].unit === unit).map((name) => METRICS[name].title),
          },
        },
      ],
      width: 360,
      height: 160 / units.length,
      ...lines(unit),
    })),
  };
}

/** Each metric has a column of bars with an axis of its own. */
function topChart(panel: Panel): Json {
  const first = METRICS[panel.metrics[0] as keyof typeof METRICS].title;
  return {
    transform: [],
    hconcat: panel.metrics.map((name, index) => {
      const { title, unit } = METRICS[name];
      return {
        title,
        transform: [{ filter: { field: 'metric', equal: title } }],
        width: Math.floor(BARS / panel.metrics.length),
        mark: { type: 'bar', tooltip: true },
        encoding: {
          y: {
            field: 'group',
            type: 'nominal',
            title: null,
            sort: { field: RANK, op: 'max', order: 'descending' },
            ...(index === 0 ? {} : { axis: null }),
          },
          x: { field: 'value', type: 'quantitative', title: null, axis: { format: FORMATS[unit], tickCount: 3 } },
        },
      };
    }),
    description: `Sorted by ${first}`,
  };
}

/** The chart of a panel. Kibana and OpenSearch Dashboards replace `%context%` by the filters and time of the page. */
export function vegaChart(panel: Panel, { index, profile }: ChartSource): Json {
  const { transform: _none, ...chart } =
    panel.kind === 'time' ? { transform: [], ...timeChart(panel) } : topChart(panel);
  const property = panel.by === undefined ? 'aggregations.time.buckets' : 'aggregations.by.buckets';
  return {
    $schema: 'https://vega.github.io/schema/vega-lite/v5.json',
    data: {
      url: {
        '%context%': true,
        '%timefield%': '@timestamp',
        index,
        body: { size: 0, aggs: panelAggregations(panel, profile) },
      },
      format: { property },
    },
    transform: transforms(panel),
    ...chart,
  };
}
