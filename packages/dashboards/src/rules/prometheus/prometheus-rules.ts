/** Alerting rules of Prometheus and vmalert. */
import { type AlertRuleInput, type ResolvedRule, resolveRules } from '@spanline/monitor/offline';
import { checkOptions, option, type Shape } from '@spanline/record';
import { findSeries, quoted, type Scope, type Series } from '../../metrics/series.ts';
import { type Compilation, compileEach, type LossName, Refusal } from '../compiled.ts';
import { descriptionOf } from '../description.ts';
import { type PlainRule, plainRule } from '../plain-rule.ts';
import { alertExpressions } from './expression.ts';

/** An alerting rule, as a rule file has it. */
export interface PrometheusAlert {
  readonly alert: string;
  readonly expr: string;
  /** Such as `5m`. Prometheus 2.42 and later, vmalert 1.92 and later. */
  readonly keep_firing_for?: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
}

/** Options of {@link prometheusRules}. */
export interface PrometheusRulesOptions {
  /** Name of the rules that belong together, such as a service. @defaultValue `spanline` */
  readonly set?: string;
  /** Label matchers of every series, such as `job="rag-api"`. @defaultValue every series */
  readonly filter?: string;
  /** Prefix of the metrics, as `metricsHandler` has it. @defaultValue `spanline_` */
  readonly prefix?: string;
}

const OPTIONS: Shape<PrometheusRulesOptions> = {
  set: option.string(),
  filter: option.string(),
  prefix: option.string(),
};

/** A duration, as Prometheus writes it. */
export function duration(minutes: number): string {
  const ms = Math.round(minutes * 60_000);
  if (ms % 60_000 === 0) return `${ms / 60_000}m`;
  return ms % 1000 === 0 ? `${ms / 1000}s` : `${ms}ms`;
}

/** Labels and annotations are templates of Go. */
export const template = (text: string): string => text.replaceAll('{{', '{{"{{"}}');

/** @throws Refusal for a metric that `/metrics` does not have, or not by step */
export function seriesOf({ metric, unit }: PlainRule): Series {
  const series = findSeries(metric, unit === 'requests' ? 'requests' : 'spans');
  if (series !== undefined) return series;
  const isOfRequests = unit !== 'requests' && findSeries(metric, 'requests') !== undefined;
  throw new Refusal(`/metrics does not have ${metric}${isOfRequests ? ' by step' : ''}`);
}

/** Losses of any rule over a series. */
export function lossesOf(rule: PlainRule, series: Series): LossName[] {
  const isLow = rule.comparison === 'lt' || rule.comparison === 'lte';
  return [
    'scrapes',
    ...(isLow && series.isTally === true ? (['start'] as const) : []),
    ...(rule.levels.length > 1 ? (['own-clocks'] as const) : []),
    ...(series.losses ?? []),
  ];
}

function compile(given: ResolvedRule, { set = 'spanline', filter = '', prefix = 'spanline_' }: PrometheusRulesOptions) {
  const rule = plainRule(given);
  const series = seriesOf(rule);
  const scope: Scope = {
    prefix,
    window: duration(rule.windowMinutes),
    matchers: [...(rule.step === undefined ? [] : [`step=${quoted(rule.step)}`]), filter].filter(
      (matcher) => matcher !== '',
    ),
    by: rule.unit === 'each-step' ? ['step'] : [],
  };
  const keep = rule.recoverAfterMinutes > 0 ? { keep_firing_for: duration(rule.recoverAfterMinutes) } : {};
  const annotations = { summary: template(rule.name), description: template(descriptionOf(rule)) };
  const losses: LossName[] = lossesOf(rule, series);
  const bodies: PrometheusAlert[] = [];
  for (const level of rule.levels) {
    const labels = { severity: level.severity, spanline_set: set };
    const at = { series, scope, labels: { alertname: rule.name, ...labels } };
    const { fires, lacksData, losses: more } = alertExpressions(rule, level, at);
    const channel = template(rule.notifyChannel);
    bodies.push({ alert: rule.name, expr: fires, ...keep, labels: { ...labels, channel }, annotations });
    losses.push(...more);
    if (lacksData === undefined || level !== rule.levels[0]) continue;
    if (rule.noData === 'no_data') losses.push('no-data-state');
    if (rule.noData !== 'alert') continue;
    if (rule.unit === 'each-step') throw new Refusal("noData: 'alert' of each step: a step without data is not known");
    losses.push('start');
    const expr = lacksData;
    bodies.push({ alert: `${rule.name}: no data`, expr, labels: { ...labels, channel }, annotations });
  }
  return { losses, bodies };
}

/**
 * Compiles rules for Prometheus and vmalert. They read `/metrics` of `@spanline/monitor/prometheus`.
 *
 * @throws SpanlineError `ERR_INVALID_RULE`, `ERR_INVALID_OPTION`
 */
export function prometheusRules(
  rules: readonly AlertRuleInput[],
  options: PrometheusRulesOptions = {},
): Compilation<PrometheusAlert>[] {
  checkOptions(OPTIONS, options);
  return compileEach(resolveRules(rules), (rule) => compile(rule, options));
}
