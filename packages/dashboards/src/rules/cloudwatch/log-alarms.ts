/** Log alarms of CloudWatch, over lines of the profile `otel`. */
import { type AlertRuleInput, type ResolvedRule, resolveRules } from '@spanline/monitor/offline';
import { checkOptions, option, type Shape } from '@spanline/record';
import { labelOf } from '../../apply/label.ts';
import type { Resource } from '../../apply/resource.ts';
import { insightsStats } from '../../engines/cloudwatch/insights.ts';
import { type Compilation, compileEach, type LossName, Refusal } from '../compiled.ts';
import { descriptionOf } from '../description.ts';
import { logMetric, type LogMetric } from '../log-metric.ts';
import { type Level, type PlainRule, plainRule } from '../plain-rule.ts';
import { idOf } from '../rule-id.ts';

/** Options of {@link cloudwatchLogAlarms}. */
export interface CloudwatchLogAlarmsOptions {
  /** Name of the alarms that belong together, such as a service. @defaultValue `spanline` */
  readonly set?: string;
  /** Log group of the lines, in the profile `otel`. */
  readonly logGroup: string;
  /** ARN of the role that CloudWatch searches the log group with. */
  readonly roleArn: string;
  /** Condition of Logs Insights, such as `service.name = "rag-api"`. @defaultValue every line */
  readonly filter?: string;
  /** ARN of what is notified of a change, such as an SNS topic. @defaultValue nothing */
  readonly notify?: string;
}

const isArn = (value: unknown): boolean => /^arn:aws[\w-]*:\S+$/.test(String(value));
const OPTIONS: Shape<CloudwatchLogAlarmsOptions> = {
  set: option.string(),
  logGroup: option.required(option.like('the name of a log group', (value) => /^[\w./#-]{1,512}$/.test(String(value)))),
  roleArn: option.required(option.like('an ARN of AWS', isArn)),
  filter: option.string(),
  notify: option.like('an ARN of AWS', isArn),
};

const OPERATORS = {
  gt: 'GreaterThanThreshold',
  gte: 'GreaterThanOrEqualToThreshold',
  lt: 'LessThanThreshold',
  lte: 'LessThanOrEqualToThreshold',
} as const;
const MISSING = { keep: 'ignore', ok: 'notBreaching', no_data: 'missing', alert: 'breaching' } as const;
const HOLDS = {
  gt: (value: number, limit: number) => value > limit,
  gte: (value: number, limit: number) => value >= limit,
  lt: (value: number, limit: number) => value < limit,
  lte: (value: number, limit: number) => value <= limit,
};

const DAY_SECONDS = 86_400;
/** An alarm looks back on a result for each minute of recovery. */
const LONGEST_RECOVERY = 60;
const LONGEST_QUERY = 10_000;

function queryOf(rule: PlainRule, { metric, samples }: LogMetric, filter: string): string {
  const groups = rule.unit === 'each-step' ? ['span.name'] : [];
  const counted = samples && { name: 'samples', metric: { title: metric.title, unit: metric.unit, of: samples } };
  const query = [
    ...(filter === '' ? [] : [`filter ${filter}`]),
    ...insightsStats([{ name: 'value', metric }, ...(counted === undefined ? [] : [counted])], groups),
    ...(samples === undefined ? [] : [`filter samples >= ${rule.minSamples}`]),
  ].join('\n| ');
  if (query.length > LONGEST_QUERY) throw new Refusal(`a query of more than ${LONGEST_QUERY} characters`);
  return query;
}

/** Without lines there is no result. A count is then 0. */
function missingData({ comparison, noData }: PlainRule, { samples }: LogMetric, { threshold }: Level): string {
  if (samples !== undefined) return MISSING[noData];
  return HOLDS[comparison](0, threshold) ? 'breaching' : 'notBreaching';
}

function lossesOf(rule: PlainRule, { samples, losses }: LogMetric): LossName[] {
  return [
    'minutes',
    ...(rule.recoveryThreshold === undefined ? [] : (['recovery-threshold'] as const)),
    ...(samples !== undefined && rule.noData !== 'ok' ? (['missing-results'] as const) : []),
    ...(samples === undefined && rule.comparison.startsWith('l') ? (['start'] as const) : []),
    ...(rule.metric.startsWith('daily_') ? (['rolling-day'] as const) : []),
    ...losses,
  ];
}

function compile(given: ResolvedRule, options: CloudwatchLogAlarmsOptions) {
  const { set = 'spanline', logGroup, roleArn, filter = '', notify } = options;
  const rule = plainRule(given);
  const { name, recoverAfterMinutes: minutes } = rule;
  if (!Number.isInteger(minutes) || minutes > LONGEST_RECOVERY) {
    throw new Refusal(`recoverAfterMinutes: whole minutes, at most ${LONGEST_RECOVERY}`);
  }
  const metric = logMetric(rule, { canSplit: true });
  const seconds = rule.metric.startsWith('daily_') ? DAY_SECONDS : Math.round(rule.windowMinutes * 60);
  const query = queryOf(rule, metric, filter);
  const bodies = rule.levels.map((level, place): Resource => {
    const id = place === 0 ? idOf(name) : `${idOf(name)}-warning`;
    const body = {
      AlarmName: `spanline-${set}-${id}`,
      AlarmDescription: `${name} (${level.severity}): ${descriptionOf(rule)}\n${labelOf(set, id)}`,
      ScheduledQueryConfiguration: {
        QueryString: query,
        LogGroupIdentifiers: [logGroup],
        ScheduledQueryRoleARN: roleArn,
        ScheduleConfiguration: { ScheduleExpression: 'rate(1 minute)', StartTimeOffset: seconds, EndTimeOffset: 0 },
        AggregationExpression: rule.unit === 'each-step' ? 'max(value) by span.name' : 'max(value)',
      },
      // An alarm is on while one of the results of `recoverAfterMinutes` is bad.
      QueryResultsToEvaluate: minutes + 1,
      QueryResultsToAlarm: 1,
      Threshold: level.threshold,
      ComparisonOperator: OPERATORS[rule.comparison],
      TreatMissingData: missingData(rule, metric, level),
      ...(notify === undefined ? {} : { AlarmActions: [notify], OKActions: [notify] }),
    };
    return { id, title: place === 0 ? name : `${name}: warning`, body };
  });
  return { losses: lossesOf(rule, metric), bodies };
}

/**
 * Compiles rules to inputs of `PutLogAlarm`. A warning of a critical rule is an alarm of its own.
 *
 * @throws SpanlineError `ERR_INVALID_RULE`, `ERR_INVALID_OPTION`
 */
export function cloudwatchLogAlarms(
  rules: readonly AlertRuleInput[],
  options: CloudwatchLogAlarmsOptions,
): Compilation<Resource>[] {
  checkOptions(OPTIONS, options);
  return compileEach(resolveRules(rules), (rule) => compile(rule, options));
}
