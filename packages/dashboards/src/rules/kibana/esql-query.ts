/** The query of a rule in ES|QL. It has a row while the rule is to fire. */
import { profileKey } from '@spanline/record';
import type { Measure } from '@spanline/record/metrics';
import type { SearchProfile } from '../../search/condition.ts';
import { esqlAggregation, esqlCondition, esqlText } from '../../search/esql.ts';
import type { LogMetric } from '../log-metric.ts';
import type { PlainRule } from '../plain-rule.ts';

const OPERATORS = { gt: '>', lt: '<', gte: '>=', lte: '<=' } as const;

/** The end of the time range that Kibana searches. */
const END = 'TO_DATETIME(?_tend)';

/** Where the lines are. */
export interface EsqlSource {
  readonly index: string;
  readonly profile: SearchProfile;
  /** In the syntax of `query_string`; empty for every line. */
  readonly filter: string;
}

/** A measure, and the name that its columns begin with. */
interface Part {
  readonly name: string;
  readonly measure: Measure;
}

function windowOf({ metric, windowMinutes }: PlainRule, minutesAgo: number): string {
  const end = minutesAgo === 0 ? END : `${END} - ${minutesAgo} minutes`;
  const start = metric.startsWith('daily_')
    ? `DATE_TRUNC(1 day, ${end})`
    : `${END} - ${Math.round(windowMinutes * 60) + minutesAgo * 60} seconds`;
  return `@timestamp >= ${start} AND @timestamp < ${end}`;
}

const partsOf = (name: string, measures: readonly Measure[]): Part[] =>
  measures.map((measure, index) => ({ name: `${name}${index}`, measure }));

/** The sum of parts in a window. A sum of nothing is 0; a mean, a minimum and a quantile of nothing are null. */
const total = (parts: readonly Part[], window: number): string =>
  parts
    .map(({ name, measure: { kind } }) => {
      const column = `TO_DOUBLE(${name}_${window})`;
      return kind === 'sum' ? `COALESCE(${column}, 0.0)` : column;
    })
    .join(' + ');

/** The windows that a row is made of: bad ones, or the newest with too few samples. */
export type Looks = { readonly for: 'threshold'; readonly threshold: number } | { readonly for: 'missing data' };

/**
 * The query of a rule. An alert is to be on while one of the windows of `recoverAfterMinutes` is bad, so that each of
 * them is a set of columns. Kibana sets `?_tend`.
 */
export function esqlQuery(
  rule: PlainRule,
  { metric: { of, per, factor = 1 }, samples }: LogMetric,
  looks: Looks,
  { index, profile, filter }: EsqlSource,
): string {
  const [values, wholes, counted] = [partsOf('of', of), partsOf('per', per ?? []), partsOf('n', samples ?? [])];
  const parts = [...values, ...wholes, ...counted];
  const last = looks.for === 'threshold' ? rule.recoverAfterMinutes : 0;
  const windows = Array.from({ length: last + 1 }, (_, minutesAgo) => minutesAgo);
  const by = rule.unit === 'each-step' ? profileKey('span.name', profile) : undefined;
  const flags = [
    ...parts.map(({ name, measure }) => `is_${name} = ${esqlCondition(measure.where, profile)}`),
    ...windows.map((window) => `in_${window} = ${windowOf(rule, window)}`),
  ];
  const columns = windows.flatMap((window) =>
    parts.map(
      ({ name, measure }) =>
        `${name}_${window} = ${esqlAggregation(measure, profile)} WHERE is_${name} AND in_${window}`,
    ),
  );
  const computed = windows.flatMap((window) => {
    const value = `(${total(values, window)})${factor === 1 ? '' : ` * ${factor}.0`}`;
    const whole = per === undefined ? '' : ` / (${total(wholes, window)})`;
    return [
      `value_${window} = ${value}${whole}`,
      ...(samples === undefined ? [] : [`samples_${window} = ${total(counted, window)}`]),
    ];
  });
  const enough = (window: number): string => (samples === undefined ? '' : `samples_${window} >= ${rule.minSamples}`);
  const bad =
    looks.for === 'threshold'
      ? windows.map((window) => {
          const breaks = `value_${window} ${OPERATORS[rule.comparison]} ${looks.threshold}`;
          return samples === undefined ? breaks : `(${enough(window)} AND ${breaks})`;
        })
      : [`NOT (${enough(0)})`, 'value_0 IS NULL'];
  return [
    `FROM ${index}`,
    ...(filter === '' ? [] : [`WHERE QSTR(${esqlText(filter)})`]),
    `EVAL ${flags.join(', ')}`,
    `STATS ${columns.join(', ')}${by === undefined ? '' : ` BY ${by}`}`,
    `EVAL ${computed.join(', ')}`,
    `WHERE ${bad.join(' OR ')}`,
    `KEEP ${by === undefined ? '' : `${by}, `}value_0`,
  ].join('\n| ');
}
