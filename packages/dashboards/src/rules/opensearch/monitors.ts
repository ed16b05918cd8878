/** Query-level monitors of OpenSearch's alerting. */
import { createHash } from 'node:crypto';
import { type AlertRuleInput, type ResolvedRule, resolveRules } from '@spanline/monitor/offline';
import { checkOptions, option, type Shape } from '@spanline/record';
import { labelOf } from '../../apply/label.ts';
import type { Resource } from '../../apply/resource.ts';
import type { Json, SearchProfile } from '../../search/condition.ts';
import { metricAggregations } from '../../search/measure.ts';
import { type Compilation, compileEach, type LossName, Refusal } from '../compiled.ts';
import { logMetric, type LogMetric } from '../log-metric.ts';
import { type PlainRule, plainRule } from '../plain-rule.ts';
import { idOf } from '../rule-id.ts';
import { conditionScript, noDataScript, SAMPLES, VALUE, windowName } from './condition-script.ts';

/** Options of {@link opensearchMonitors}. */
export interface OpensearchMonitorsOptions {
  /** Name of the monitors that belong together, such as a service. @defaultValue `spanline` */
  readonly set?: string;
  /** Index pattern of the lines. @defaultValue `logs-spanline-*` */
  readonly index?: string;
  /** Profile of the lines. @defaultValue `ecs` */
  readonly profile?: SearchProfile;
  /** Narrows every search, in the syntax of `query_string`, such as `service.name:rag-api`. @defaultValue every line */
  readonly filter?: string;
}

const OPTIONS: Shape<OpensearchMonitorsOptions> = {
  set: option.string(),
  index: option.string(),
  profile: option.oneOf(['ecs', 'otel']),
  filter: option.string(),
};

/** Each minute of recovery is one more window in the search. */
const LONGEST_RECOVERY = 60;

const END = '{{period_end}}';

function rangeOf({ metric, windowMinutes }: PlainRule, minutesAgo: number): Json {
  const to = minutesAgo === 0 ? END : `${END}||-${minutesAgo}m`;
  const from = metric.startsWith('daily_')
    ? `${END}||-${minutesAgo}m/d`
    : `${END}||-${Math.round(windowMinutes * 60) + minutesAgo * 60}s`;
  return { range: { '@timestamp': { gte: from, lt: to, format: 'epoch_millis' } } };
}

function searchOf(rule: PlainRule, { metric, samples }: LogMetric, profile: SearchProfile, filter: string): Json {
  const aggs = {
    ...metricAggregations(VALUE, metric, profile),
    ...(samples === undefined ? {} : metricAggregations(SAMPLES, { ...metric, of: samples, per: [] }, profile)),
  };
  const windows = Array.from({ length: rule.recoverAfterMinutes + 1 }, (_, minutesAgo) => [
    windowName(minutesAgo),
    { filter: rangeOf(rule, minutesAgo), aggs },
  ]);
  const oldest = rangeOf(rule, rule.recoverAfterMinutes) as { range: { '@timestamp': Json } };
  const range = { range: { '@timestamp': { ...oldest.range['@timestamp'], lt: END } } };
  const filters = filter === '' ? [range] : [range, { query_string: { query: filter } }];
  return { size: 0, query: { bool: { filter: filters } }, aggs: Object.fromEntries(windows) as Json };
}

function triggerOf(name: string, severity: string, source: string) {
  return { query_level_trigger: { name, severity, condition: { script: { source, lang: 'painless' } } } };
}

const MARK_DIGITS = 12;

/**
 * A comment for the scripts. OpenSearch stores a search in a form of its own, so that the search of a monitor is
 * compared by the mark that its scripts have.
 */
function markOf(inputs: unknown): string {
  return `// search ${createHash('sha256').update(JSON.stringify(inputs)).digest('hex').slice(0, MARK_DIGITS)}`;
}

const SEVERITIES = { critical: '1', warning: '3' } as const;

function compile(given: ResolvedRule, options: OpensearchMonitorsOptions) {
  const { set = 'spanline', index = 'logs-spanline-*', profile = 'ecs', filter = '' } = options;
  const rule = plainRule(given);
  const { recoverAfterMinutes: minutes, levels, noData, name } = rule;
  if (!Number.isInteger(minutes) || minutes > LONGEST_RECOVERY) {
    throw new Refusal(`recoverAfterMinutes: whole minutes, at most ${LONGEST_RECOVERY}`);
  }
  const metric = logMetric(rule);
  const isLowCount = metric.samples === undefined && rule.comparison.startsWith('l');
  const losses: LossName[] = [
    'minutes',
    ...(isLowCount ? (['start'] as const) : []),
    ...(levels.length > 1 ? (['own-clocks'] as const) : []),
    ...(metric.samples !== undefined && noData !== 'ok' && minutes > 0 ? (['gap-restarts-recovery'] as const) : []),
    ...(metric.samples !== undefined && noData === 'no_data' ? (['no-data-state'] as const) : []),
    ...(metric.samples !== undefined && noData === 'alert' ? (['start'] as const) : []),
    ...metric.losses,
  ];
  const inputs = [{ search: { indices: [index], query: searchOf(rule, metric, profile, filter) } }];
  const mark = markOf(inputs);
  const triggers = levels.map((level) =>
    triggerOf(level.severity, SEVERITIES[level.severity], `${mark}\n${conditionScript(rule, level, metric)}`),
  );
  if (noData === 'alert' && metric.samples !== undefined) {
    triggers.push(triggerOf('no data', SEVERITIES[rule.severity], `${mark}\n${noDataScript(rule, metric)}`));
  }
  const id = idOf(name);
  const compared = {
    name: `${name} ${labelOf(set, id)}`,
    enabled: true,
    schedule: { period: { interval: 1, unit: 'MINUTES' } },
    triggers,
  };
  const body = {
    type: 'monitor',
    monitor_type: 'query_level_monitor',
    ...compared,
    inputs,
    triggers: triggers.map(({ query_level_trigger: trigger }) => ({
      query_level_trigger: { ...trigger, actions: [] },
    })),
  };
  return { losses, bodies: [{ id, title: name, body, compared }] };
}

/**
 * Compiles rules to bodies of `POST _plugins/_alerting/monitors`. A monitor has a trigger for each severity, without
 * actions: they name the channels of your cluster.
 *
 * @throws SpanlineError `ERR_INVALID_RULE`, `ERR_INVALID_OPTION`
 */
export function opensearchMonitors(
  rules: readonly AlertRuleInput[],
  options: OpensearchMonitorsOptions = {},
): Compilation<Resource>[] {
  checkOptions(OPTIONS, options);
  return compileEach(resolveRules(rules), (rule) => compile(rule, options));
}
