/** The panels that `@spanline/record/metrics` defines for every dashboard, as the charts of the viewer's page. */

import type { AttributeKey } from '@spanline/record';
import {
  type Measure,
  type Metric,
  type MetricName,
  METRICS,
  PANELS as DEFINED,
  type Panel as DefinedPanel,
  type Unit,
} from '@spanline/record/metrics';
import { isOfSpans, measureFilter } from './filters.ts';

/** A chart of a panel: metrics of one unit, or one metric by the values of a field. */
export interface Panel {
  /** Part of its address. */
  readonly id: string;
  readonly title: string;
  /** Names in the metrics catalogue. Without any, the panel ranks errors by their fingerprints. */
  readonly metrics: readonly MetricName[];
  /** Field whose values are the series. Without one, each metric is a series. */
  readonly split?: AttributeKey;
  /** Length of an interval. @defaultValue that of the list of traces */
  readonly every?: 'day';
  readonly unit: Unit;
  /** `lines`: a value at each time. `bars`: parts of a sum. `ranking`: totals alone. */
  readonly chart: 'lines' | 'bars' | 'ranking';
  /** Filter of the traces that it is about; absent if it is about lines that are no spans. */
  readonly filter?: string;
}

/** How titles name the fields that panels are split by. */
const FIELDS: Partial<Record<AttributeKey, string>> = {
  'gen_ai.evaluation.name': 'evaluation',
  'gen_ai.prompt.version': 'version of the prompt',
  'gen_ai.request.model': 'model',
  'gen_ai.tool.name': 'tool',
  'http.route': 'route',
  'span.name': 'step',
  'span.path': 'path of steps',
  'user.id': 'user',
};

/** Units whose values add up over series. */
const ADDS: ReadonlySet<Unit> = new Set(['count', 'tokens', 'usd']);

const metricOf = (name: MetricName): Metric => METRICS[name];

function filterOf(name: MetricName): string | undefined {
  const [first] = metricOf(name).of as readonly [Measure, ...Measure[]];
  return isOfSpans(first) ? measureFilter(first) : undefined;
}

function chartsOf({ id, title, metrics, by, every }: DefinedPanel): Panel[] {
  const units = [...new Set(metrics.map((name) => metricOf(name).unit))];
  const charts =
    by === undefined
      ? units.map((unit) => metrics.filter((name) => metricOf(name).unit === unit))
      : metrics.map((name) => [name]);
  return charts.map((own): Panel => {
    const [first] = own as [MetricName, ...MetricName[]];
    const { unit, per } = metricOf(first);
    const titles = own.map((name) => metricOf(name).title).join(', ');
    const filter = filterOf(first);
    return {
      id: charts.length === 1 ? id : `${id}-${first.replaceAll('_', '-')}`,
      title: charts.length === 1 ? title : by === undefined ? titles : `${titles} by ${FIELDS[by] ?? by}`,
      metrics: own,
      unit,
      chart: by !== undefined && ADDS.has(unit) && per === undefined ? 'bars' : 'lines',
      ...(by === undefined ? {} : { split: by }),
      ...(every === undefined ? {} : { every }),
      ...(filter === undefined ? {} : { filter }),
    };
  });
}

/** The panels, in their order on the page. */
export const PANELS: readonly Panel[] = [
  ...DEFINED.flatMap(chartsOf),
  {
    id: 'error-groups',
    title: 'Errors by fingerprint',
    metrics: [],
    unit: 'count',
    chart: 'ranking',
    filter: 'status:error',
  },
];
