/** Monitors of Datadog over logs. */
import { type AlertRuleInput, type ResolvedRule, resolveRules } from '@spanline/monitor/offline';
import { checkOptions, option, type Shape } from '@spanline/record';
import type { Measure } from '@spanline/record/metrics';
import { labelOf } from '../../apply/label.ts';
import type { Resource } from '../../apply/resource.ts';
import { logQuery } from '../../engines/datadog/log-query.ts';
import { computeOf } from '../../engines/datadog/widget.ts';
import { type Compilation, compileEach, type LossName, Refusal } from '../compiled.ts';
import { descriptionOf } from '../description.ts';
import { logMetric, type LogMetric } from '../log-metric.ts';
import { type PlainRule, plainRule } from '../plain-rule.ts';
import { idOf } from '../rule-id.ts';

/** Options of {@link datadogMonitors}. */
export interface DatadogMonitorsOptions {
  /** Name of the monitors that belong together, such as a service. @defaultValue `spanline` */
  readonly set?: string;
  /** Narrows every search, such as `service:rag-api`. @defaultValue every line */
  readonly filter?: string;
  /** Whom the messages notify, such as `@slack-llm`. @defaultValue nobody */
  readonly notify?: string;
}

const OPTIONS: Shape<DatadogMonitorsOptions> = {
  set: option.string(),
  filter: option.string(),
  notify: option.string(),
};

/** The tag of every monitor. */
export const TAG = 'managed_by:spanline';

const OPERATORS = { gt: '>', lt: '<', gte: '>=', lte: '<=' } as const;
const MISSING = {
  keep: 'default',
  ok: 'resolve',
  no_data: 'show_no_data',
  alert: 'show_and_notify_no_data',
} as const;
const PRIORITIES = { critical: 1, warning: 3 } as const;
const LONGEST_RENOTIFY = 1440;

function queryOf(name: string, measure: Measure, filter: string): Record<string, unknown> {
  const query = [filter, logQuery(measure.where)].filter((part) => part !== '').join(' ');
  return { data_source: 'logs', name, indexes: ['*'], search: { query }, compute: computeOf(measure) };
}

/** The formula of a metric and its queries. */
function formulaOf({ metric: { of, per = [], factor = 1 } }: LogMetric, filter: string) {
  const name = (part: string, index: number): string => `${part}${index}`;
  const total = (part: string, measures: readonly Measure[]): string => {
    const names = measures.map((_, index) => name(part, index));
    return names.length === 1 ? names.join('') : `(${names.map((each) => `default_zero(${each})`).join(' + ')})`;
  };
  const value = factor === 1 ? total('of', of) : `${total('of', of)} * ${factor}`;
  return {
    formula: per.length === 0 ? value : `${value} / ${total('per', per)}`,
    variables: [
      ...of.map((measure, index) => queryOf(name('of', index), measure, filter)),
      ...per.map((measure, index) => queryOf(name('per', index), measure, filter)),
    ],
  };
}

function thresholdsOf({ levels, recoveryThreshold }: PlainRule): Record<string, number> {
  const [worst, warning] = levels;
  const recovery =
    recoveryThreshold === undefined
      ? {}
      : { [warning === undefined ? 'critical_recovery' : 'warning_recovery']: recoveryThreshold };
  return { critical: worst.threshold, ...(warning === undefined ? {} : { warning: warning.threshold }), ...recovery };
}

function lossesOf(rule: PlainRule, metric: LogMetric): LossName[] {
  const isDaily = rule.metric.startsWith('daily_');
  return [
    'minutes',
    ...(rule.recoverAfterMinutes > 0 ? (['recovers-at-once'] as const) : []),
    ...(metric.samples !== undefined && rule.minSamples > 1 ? (['min-samples'] as const) : []),
    ...(metric.samples === undefined && rule.comparison.startsWith('l') ? (['start'] as const) : []),
    ...(isDaily ? (['rolling-day'] as const) : []),
    ...metric.losses,
  ];
}

function compile(given: ResolvedRule, { set = 'spanline', filter = '', notify = '' }: DatadogMonitorsOptions) {
  const rule = plainRule(given);
  const { name, metric: metricName, windowMinutes, renotifyMinutes, levels } = rule;
  if (!Number.isInteger(windowMinutes)) throw new Refusal('windowMinutes: whole minutes');
  const metric = logMetric(rule);
  const { formula, variables } = formulaOf(metric, filter);
  const window = metricName.startsWith('daily_') ? '1d' : `${windowMinutes}m`;
  const id = idOf(name);
  const texts = [descriptionOf(rule), notify, labelOf(set, id)].filter((text) => text !== '');
  const body = {
    name,
    type: 'log alert',
    query: `formula(${JSON.stringify(formula)}).last("${window}") ${OPERATORS[rule.comparison]} ${levels[0].threshold}`,
    message: texts.join('\n'),
    tags: [TAG],
    priority: PRIORITIES[rule.severity],
    options: {
      thresholds: thresholdsOf(rule),
      variables,
      on_missing_data: MISSING[rule.noData],
      renotify_interval: Math.min(Math.round(renotifyMinutes), LONGEST_RENOTIFY),
      include_tags: false,
    },
  };
  return { losses: lossesOf(rule, metric), bodies: [{ id, title: name, body }] };
}

/**
 * Compiles rules to bodies of `POST /api/v1/monitor`, for lines in the profile `datadog`.
 *
 * @throws SpanlineError `ERR_INVALID_RULE`, `ERR_INVALID_OPTION`
 */
export function datadogMonitors(
  rules: readonly AlertRuleInput[],
  options: DatadogMonitorsOptions = {},
): Compilation<Resource>[] {
  checkOptions(OPTIONS, options);
  return compileEach(resolveRules(rules), (rule) => compile(rule, options));
}
