/** A panel as queries of CloudWatch Logs Insights, over lines of the profile `otel`. */
import { type AttributeKey, ATTRIBUTES } from '@spanline/record';
import {
  type Condition,
  type Measure,
  type Metric,
  type MetricName,
  METRICS,
  type Panel,
  type Selection,
} from '@spanline/record/metrics';

type Scalar = string | number | boolean;

/** A query, and the metrics in its answer. */
export interface InsightsQuery {
  readonly metrics: readonly MetricName[];
  readonly query: string;
}

const ROWS = 10;

/** Insights names the elements of an array by their places. Conditions read the first one. */
function nameOf(field: AttributeKey): string {
  return ATTRIBUTES[field].kind === 'strings' ? `${field}.0` : field;
}

/** Insights reads a boolean of JSON as 1 or 0. */
const valueOf = (value: Scalar): string =>
  typeof value === 'boolean'
    ? String(Number(value))
    : typeof value === 'string'
      ? JSON.stringify(value)
      : String(value);

function conditionOf(condition: Condition): string {
  const name = nameOf(condition.field);
  const has = `ispresent(${name})`;
  if ('is' in condition) {
    const values = condition.is.map(valueOf);
    return values.length === 1 ? `${name} = ${values.join('')}` : `${name} in [${values.join(', ')}]`;
  }
  if ('isNot' in condition) return `(not ${has} or ${name} not in [${condition.isNot.map(valueOf).join(', ')}])`;
  if ('contains' in condition) return `strcontains(tolower(${name}), ${JSON.stringify(condition.contains)})`;
  if ('atLeast' in condition) return `${name} >= ${condition.atLeast}`;
  if ('atMost' in condition) return `${name} <= ${condition.atMost}`;
  return condition.exists ? has : `not ${has}`;
}

type Group = Selection[number];

const groupOf = (group: Group): string =>
  group.length === 1 ? group.map(conditionOf).join('') : `(${group.map(conditionOf).join(' or ')})`;
const textOf = (groups: Selection): string => groups.map(groupOf).join(' and ');
const keyOf = (group: Group): string => JSON.stringify(group);

/** The groups that all selections have: they filter the query. */
function sharedBy(selections: readonly Selection[]): Selection {
  const [first = [], ...others] = selections;
  return first.filter((group) => others.every((other) => other.some((one) => keyOf(one) === keyOf(group))));
}

const measuresOf = (name: MetricName): readonly Measure[] => {
  const { of, per = [] }: Metric = METRICS[name];
  return [...of, ...per];
};

/** A quantile or a smallest value cannot be narrowed beside other measures: the filter has to say which lines count. */
function canJoin(names: readonly MetricName[]): boolean {
  const measures = names.flatMap(measuresOf);
  const shared = new Set(sharedBy(measures.map(({ where }) => where)).map(keyOf));
  return measures.every(
    ({ kind, where }) => kind === 'count' || kind === 'sum' || where.every((group) => shared.has(keyOf(group))),
  );
}

/** Metrics that one query can have. */
function together(names: readonly MetricName[]): MetricName[][] {
  const sets: MetricName[][] = [];
  for (const name of names) {
    const found = sets.find((set) => canJoin([...set, name]));
    if (found === undefined) sets.push([name]);
    else found.push(name);
  }
  return sets;
}

function aggregateOf(measure: Measure, flag: string | undefined): string {
  if (measure.kind === 'count') return flag === undefined ? 'count(*)' : `sum(${flag})`;
  const name = nameOf(measure.field);
  if (measure.kind === 'sum') return flag === undefined ? `sum(${name})` : `sum(${flag} * ${name})`;
  if (measure.kind === 'quantile') return `pct(${name}, ${measure.at * 100})`;
  return measure.kind === 'mean' ? `avg(${name})` : `min(${name})`;
}

/** A number in the answer of a query. */
export interface InsightsColumn {
  readonly name: string;
  readonly metric: Metric;
}

/** The commands that compute numbers: a filter, flags of the lines that count, and statistics. */
export function insightsStats(columns: readonly InsightsColumn[], groups: readonly string[], present = ''): string[] {
  const measures = columns.flatMap(({ metric: { of, per = [] } }) => [...of, ...per]);
  const shared = sharedBy(measures.map(({ where }) => where));
  const isShared = new Set(shared.map(keyOf));
  const flags = new Map<string, string>();
  const flagOf = ({ where }: Measure): string | undefined => {
    const own = textOf(where.filter((group) => !isShared.has(keyOf(group))));
    if (own === '') return undefined;
    const name = flags.get(own) ?? `is_${flags.size + 1}`;
    flags.set(own, name);
    return name;
  };
  const sum = (some: readonly Measure[]): string =>
    some.length === 1
      ? some.map((measure) => aggregateOf(measure, flagOf(measure))).join('')
      : `(${some.map((measure) => aggregateOf(measure, flagOf(measure))).join(' + ')})`;
  const texts = columns.map(({ name, metric: { of, per, factor = 1 } }) => {
    const value = `${sum(of)}${factor === 1 ? '' : ` * ${factor}`}`;
    return `${per === undefined ? value : `${value} / ${sum(per)}`} as ${name}`;
  });
  return [
    `filter ${textOf(shared)}${present}`,
    ...(flags.size === 0
      ? []
      : [`fields ${[...flags].map(([condition, flag]) => `(${condition}) as ${flag}`).join(', ')}`]),
    `stats ${texts.join(', ')}${groups.length === 0 ? '' : ` by ${groups.join(', ')}`}`,
  ];
}

function queryOf(names: readonly MetricName[], { by, kind, every }: Panel): string {
  const groups = [
    ...(by === undefined ? [] : [by]),
    ...(kind === 'time' ? [`bin(${every === 'day' ? '1d' : '1h'})`] : []),
  ];
  const columns = names.map((name) => ({ name, metric: METRICS[name] }));
  return [
    ...insightsStats(columns, groups, by === undefined ? '' : ` and ispresent(${by})`),
    ...(kind === 'time' ? [] : [`sort ${names[0]} desc`, `limit ${ROWS}`]),
  ].join('\n| ');
}

/** The queries of a panel: one, unless its metrics need different filters. */
export function insightsQueries(panel: Panel): InsightsQuery[] {
  return together(panel.metrics).map((metrics) => ({ metrics, query: queryOf(metrics, panel) }));
}
