/** Rules of Grafana's alerting. */
import { type AlertRuleInput, type ResolvedRule, resolveRules } from '@spanline/monitor/offline';
import { checkOptions, option, type Shape } from '@spanline/record';
import { labelOf } from '../../apply/label.ts';
import type { Resource } from '../../apply/resource.ts';
import type { GrafanaSource } from '../../engines/grafana/dashboard.ts';
import { quoted, type Scope } from '../../metrics/series.ts';
import type { SearchProfile } from '../../search/condition.ts';
import { type Compilation, compileEach, type LossName, Refusal } from '../compiled.ts';
import { descriptionOf } from '../description.ts';
import { logMetric } from '../log-metric.ts';
import { type PlainRule, plainRule } from '../plain-rule.ts';
import { duration, lossesOf, seriesOf, template } from '../prometheus/prometheus-rules.ts';
import { idOf } from '../rule-id.ts';
import { expression, type RuleQueries } from './alert-query.ts';
import { goDuration } from './go-duration.ts';
import { prometheusSamples, prometheusValue } from './prometheus-value.ts';
import { searchSamples, searchValue } from './search-value.ts';

/** Options of {@link grafanaAlertRules}. */
export interface GrafanaAlertRulesOptions {
  /** Name of the rules that belong together, and of their evaluation group. @defaultValue `spanline` */
  readonly set?: string;
  /** Kind of the data source. @defaultValue `elasticsearch` */
  readonly source?: GrafanaSource;
  /** Uid of the data source. */
  readonly dataSource: string;
  /** Uid of the folder of the rules. @defaultValue `spanline` */
  readonly folder?: string;
  /** Profile of the lines in Elasticsearch or OpenSearch. @defaultValue `ecs` */
  readonly profile?: SearchProfile;
  /** Narrows every rule: a Lucene query; with `prometheus` label matchers. @defaultValue every line */
  readonly filter?: string;
  /** Prefix of the metrics in Prometheus. @defaultValue `spanline_` */
  readonly prefix?: string;
}

const OPTIONS: Shape<GrafanaAlertRulesOptions> = {
  set: option.string(),
  source: option.oneOf(['elasticsearch', 'opensearch', 'prometheus']),
  dataSource: option.required(option.string()),
  folder: option.string(),
  profile: option.oneOf(['ecs', 'otel']),
  filter: option.string(),
  prefix: option.string(),
};

/** A rule over a data source. */
interface Values {
  readonly value: RuleQueries;
  /** The number of samples; `undefined` for a count or a sum. */
  readonly samples: (() => RuleQueries) | undefined;
  readonly losses: readonly LossName[];
}

function valuesOf(rule: PlainRule, options: GrafanaAlertRulesOptions): Values {
  const { source = 'elasticsearch', dataSource, profile = 'ecs', filter = '', prefix = 'spanline_' } = options;
  if (source !== 'prometheus') {
    const metric = logMetric(rule);
    const { samples } = metric;
    const from = { dataSource, profile, filter };
    const isLowCount = samples === undefined && rule.comparison.startsWith('l');
    return {
      value: searchValue(rule, metric, from),
      samples: samples && (() => searchSamples(rule, samples, from)),
      losses: ['minutes', ...(isLowCount ? (['start'] as const) : []), ...metric.losses],
    };
  }
  const series = seriesOf(rule);
  const scope: Scope = {
    prefix,
    window: duration(rule.windowMinutes),
    matchers: [...(rule.step === undefined ? [] : [`step=${quoted(rule.step)}`]), ...(filter === '' ? [] : [filter])],
    by: rule.unit === 'each-step' ? ['step'] : [],
  };
  return {
    value: prometheusValue(rule, series, scope, dataSource),
    samples: series.isTally === true ? undefined : () => prometheusSamples(rule, series, scope, dataSource),
    losses: lossesOf(rule, series).filter((loss) => loss !== 'own-clocks'),
  };
}

const OPPOSITES = { gt: 'lte', lt: 'gte', gte: 'lt', lte: 'gt' } as const;

/** The condition of a rule. Grafana keeps an alert until `recovers` holds, so also while the value is no number. */
function threshold(
  refId: string,
  { value }: RuleQueries,
  type: PlainRule['comparison'],
  limit: number,
  until?: number,
) {
  const recovers = until === undefined ? {} : { unloadEvaluator: { type: OPPOSITES[type], params: [until] } };
  const conditions = [{ evaluator: { type, params: [limit] }, ...recovers }];
  return expression(refId, { type: 'threshold', expression: value, conditions });
}

function moreLosses({ noData, ...rule }: PlainRule, hasSamples: boolean): LossName[] {
  const keeps = hasSamples && noData !== 'ok';
  const isPerStep = rule.unit === 'each-step';
  return [
    ...(rule.levels.length > 1 ? (['own-clocks'] as const) : []),
    ...(keeps && isPerStep ? (['gap-recovers'] as const) : []),
    ...(keeps && !isPerStep && rule.recoverAfterMinutes > 0 ? (['gap-restarts-recovery'] as const) : []),
    ...(keeps && noData === 'no_data' ? (['no-data-state'] as const) : []),
    ...(keeps && noData === 'alert' ? (['start'] as const) : []),
    ...(hasSamples && noData === 'ok' && rule.recoveryThreshold !== undefined ? (['no-data-state'] as const) : []),
  ];
}

const CONDITION = 'Z';

function compile(given: ResolvedRule, options: GrafanaAlertRulesOptions) {
  const { set = 'spanline', folder = 'spanline' } = options;
  const rule = plainRule(given);
  const { name, noData, comparison, levels, recoveryThreshold } = rule;
  const { value, samples, losses } = valuesOf(rule, options);
  const resource = (id: string, title: string, severity: string, data: RuleQueries['data']): Resource => ({
    id,
    title,
    body: {
      title,
      folderUID: folder,
      ruleGroup: set,
      condition: CONDITION,
      data,
      noDataState: noData === 'ok' ? 'OK' : 'KeepLast',
      execErrState: 'KeepLast',
      for: '0s',
      keep_firing_for: goDuration(rule.recoverAfterMinutes),
      labels: { severity, channel: template(rule.notifyChannel), spanline_set: set },
      annotations: {
        summary: template(title),
        description: template(descriptionOf(rule)),
        spanline: labelOf(set, id),
      },
    },
  });
  const id = idOf(name);
  const bodies = levels.map((level, place) => {
    const isMildest = place === levels.length - 1;
    const recovers = isMildest ? (recoveryThreshold ?? level.threshold) : level.threshold;
    const keeps = (isMildest && recoveryThreshold !== undefined) || (samples !== undefined && noData !== 'ok');
    const condition = threshold(CONDITION, value, comparison, level.threshold, keeps ? recovers : undefined);
    const [own, title] = place === 0 ? [id, name] : [`${id}-warning`, `${name}: warning`];
    return resource(own, title, level.severity, [...value.data, condition]);
  });
  if (noData === 'alert' && samples !== undefined) {
    if (rule.unit === 'each-step') throw new Refusal("noData: 'alert' of each step: a step without data is not known");
    const counted = samples();
    const condition = threshold(CONDITION, counted, 'lt', rule.minSamples);
    bodies.push(resource(`${id}-no-data`, `${name}: no data`, rule.severity, [...counted.data, condition]));
  }
  return { losses: [...losses, ...moreLosses(rule, samples !== undefined)], bodies };
}

/**
 * Compiles rules to bodies of `POST /api/v1/provisioning/alert-rules`, for Grafana 12 and later. A rule with a
 * `warningThreshold` or `noData: 'alert'` has one for each. Its messages go where the notification policies send its
 * labels: `severity`, `channel` and `spanline_set`.
 *
 * @throws SpanlineError `ERR_INVALID_RULE`, `ERR_INVALID_OPTION`
 */
export function grafanaAlertRules(
  rules: readonly AlertRuleInput[],
  options: GrafanaAlertRulesOptions,
): Compilation<Resource>[] {
  checkOptions(OPTIONS, options);
  return compileEach(resolveRules(rules), (rule) => compile(rule, options));
}
