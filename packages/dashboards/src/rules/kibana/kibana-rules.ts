/** Rules of Kibana over lines in Elasticsearch. */
import { type AlertRuleInput, type ResolvedRule, resolveRules } from '@spanline/monitor/offline';
import { checkOptions, option, type Shape } from '@spanline/record';
import { labelOf } from '../../apply/label.ts';
import type { Resource } from '../../apply/resource.ts';
import type { SearchProfile } from '../../search/condition.ts';
import { type Compilation, compileEach, type LossName, Refusal } from '../compiled.ts';
import { logMetric, type LogMetric } from '../log-metric.ts';
import { type PlainRule, plainRule } from '../plain-rule.ts';
import { idOf } from '../rule-id.ts';
import { esqlQuery, type Looks } from './esql-query.ts';

/** Options of {@link kibanaRules}. */
export interface KibanaRulesOptions {
  /** Name of the rules that belong together, such as a service. @defaultValue `spanline` */
  readonly set?: string;
  /** Index pattern of the lines. @defaultValue `logs-spanline-*` */
  readonly index?: string;
  /** Profile of the lines. @defaultValue `ecs` */
  readonly profile?: SearchProfile;
  /** Narrows every search, in the syntax of `query_string`, such as `service.name:rag-api`. @defaultValue every line */
  readonly filter?: string;
}

/** An index pattern is not quoted in ES|QL. */
const PATTERN = /^[\w.*:-]+(?:,[\w.*:-]+)*$/;

const OPTIONS: Shape<KibanaRulesOptions> = {
  set: option.string(),
  index: option.like('an index pattern', (value) => PATTERN.test(String(value))),
  profile: option.oneOf(['ecs', 'otel']),
  filter: option.string(),
};

/** The tag of every rule. */
const TAG = 'spanline';

/** Each minute of recovery is one more set of columns in the query. */
const LONGEST_RECOVERY = 60;
const DAY_MINUTES = 1440;

function lossesOf(rule: PlainRule, metric: LogMetric): LossName[] {
  const { samples } = metric;
  return [
    'minutes',
    ...(rule.recoveryThreshold === undefined ? [] : (['recovery-threshold'] as const)),
    ...(samples !== undefined && rule.noData !== 'ok' ? (['gap-recovers'] as const) : []),
    ...(samples === undefined && rule.comparison.startsWith('l') ? (['start'] as const) : []),
    ...(samples !== undefined && rule.noData === 'alert' ? (['start'] as const) : []),
    ...metric.losses,
  ];
}

function compile(given: ResolvedRule, options: KibanaRulesOptions) {
  const { set = 'spanline', index = 'logs-spanline-*', profile = 'ecs', filter = '' } = options;
  const rule = plainRule(given);
  const { recoverAfterMinutes: minutes, name, noData } = rule;
  if (!Number.isInteger(minutes) || minutes > LONGEST_RECOVERY) {
    throw new Refusal(`recoverAfterMinutes: whole minutes, at most ${LONGEST_RECOVERY}`);
  }
  const metric = logMetric(rule, { canSplit: true });
  const window = rule.metric.startsWith('daily_') ? DAY_MINUTES : Math.ceil(rule.windowMinutes);
  const resource = (looks: Looks, id: string, title: string, severity: string): Resource => {
    const compared = {
      name: title,
      schedule: { interval: '1m' },
      tags: [TAG, severity, labelOf(set, id)],
      params: {
        searchType: 'esqlQuery',
        esqlQuery: { esql: esqlQuery(rule, metric, looks, { index, profile, filter }) },
        timeField: '@timestamp',
        // The windows have their own limits, so that those of the range are outside of them.
        timeWindowSize: window + minutes + 1,
        timeWindowUnit: 'm',
        threshold: [0],
        thresholdComparator: '>',
        size: 100,
        aggType: 'count',
        groupBy: rule.unit === 'each-step' ? 'row' : 'all',
        excludeHitsFromPreviousRun: false,
      },
    };
    const body = { rule_type_id: '.es-query', consumer: 'stackAlerts', ...compared, actions: [] };
    return { id, title, body, compared };
  };
  const id = idOf(name);
  const bodies = rule.levels.map(({ threshold, severity }, place) => {
    const own = place === 0 ? id : `${id}-warning`;
    return resource({ for: 'threshold', threshold }, own, place === 0 ? name : `${name}: warning`, severity);
  });
  if (noData === 'alert' && metric.samples !== undefined) {
    if (rule.unit === 'each-step') throw new Refusal("noData: 'alert' of each step: a step without data is not known");
    bodies.push(resource({ for: 'missing data' }, `${id}-no-data`, `${name}: no data`, rule.severity));
  }
  return { losses: lossesOf(rule, metric), bodies };
}

/**
 * Compiles rules to bodies of `POST /api/alerting/rule`, of the type `.es-query` in ES|QL. A rule with a
 * `warningThreshold` or `noData: 'alert'` has one for each. They have no actions: add your connectors in Kibana.
 *
 * @throws SpanlineError `ERR_INVALID_RULE`, `ERR_INVALID_OPTION`
 */
export function kibanaRules(
  rules: readonly AlertRuleInput[],
  options: KibanaRulesOptions = {},
): Compilation<Resource>[] {
  checkOptions(OPTIONS, options);
  return compileEach(resolveRules(rules), (rule) => compile(rule, options));
}
