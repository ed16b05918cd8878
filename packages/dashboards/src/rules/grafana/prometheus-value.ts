/** The value of a rule from Grafana's Prometheus data source. */
import type { Scope, Series } from '../../metrics/series.ts';
import type { PlainRule } from '../plain-rule.ts';
import { enoughOf } from '../prometheus/expression.ts';
import type { RuleQueries } from './alert-query.ts';

const RANGE_SECONDS = 600;

function instant(expr: string, dataSource: string): RuleQueries {
  const refId = 'A';
  const model = { refId, expr, instant: true, range: false };
  const query = { refId, datasourceUid: dataSource, relativeTimeRange: { from: RANGE_SECONDS, to: 0 }, model };
  return { data: [query], value: refId };
}

/** The value of a rule: not a number while its window has too few samples. @throws Refusal */
export function prometheusValue(rule: PlainRule, series: Series, scope: Scope, dataSource: string): RuleQueries {
  const enough = enoughOf(rule, series, scope);
  const value = series.value(scope);
  if (enough === undefined) return instant(value, dataSource);
  const counted = `${value} and on (${scope.by.join(', ')}) (${enough})`;
  return instant(scope.by.length === 0 ? `(${counted}) or vector(NaN)` : counted, dataSource);
}

/** The number of samples; 1 or 0 for a gauge. @throws Refusal */
export function prometheusSamples(rule: PlainRule, series: Series, scope: Scope, dataSource: string): RuleQueries {
  const counted = series.samples?.(scope) ?? `count(${enoughOf(rule, series, scope)})`;
  return instant(`(${counted}) or vector(0)`, dataSource);
}
