/** The state of a rule as one expression. It has a result while the rule is to fire. */
import { keeping, quoted, type Scope, type Series } from '../../metrics/series.ts';
import { type LossName, Refusal } from '../compiled.ts';
import type { Level, PlainRule } from '../plain-rule.ts';

const OPERATORS = { gt: '>', lt: '<', gte: '>=', lte: '<=' } as const;

/** The expressions of an alert. */
export interface AlertExpressions {
  readonly fires: string;
  /** Has a result while there are too few samples; `undefined` if there never are. */
  readonly lacksData: string | undefined;
  readonly losses: readonly LossName[];
}

/** Samples that the window has enough of; `undefined` if it always has. @throws Refusal */
export function enoughOf(
  { minSamples, metric }: PlainRule,
  { value, samples, isTally }: Series,
  scope: Scope,
): string | undefined {
  if (samples !== undefined) return `${samples(scope)} >= ${minSamples}`;
  if (minSamples > 1)
    throw new Refusal(`minSamples above 1: /metrics does not have the number of samples of ${metric}`);
  // A count without samples is 0. A gauge has no value before its first reading.
  return isTally === true ? undefined : `${value(scope)} > -Inf`;
}

/**
 * The expression of one level of a rule. An alert keeps itself, by the series `ALERTS` of the engine, while the value
 * is between the thresholds of firing and of recovery, and while samples lack.
 *
 * @param labels - the labels that distinguish the alert from all others
 * @throws Refusal
 */
export function alertExpressions(
  rule: PlainRule,
  level: Level,
  { series, scope, labels }: { series: Series; scope: Scope; labels: Readonly<Record<string, string>> },
): AlertExpressions {
  if (series.most !== undefined && level.threshold >= series.most && !rule.comparison.startsWith('l')) {
    throw new Refusal(`the largest bucket of /metrics ends at ${series.most} ms: the rule would never fire`);
  }
  const operator = OPERATORS[rule.comparison];
  const on = `on (${scope.by.join(', ')})`;
  const value = series.value(scope);
  const enough = enoughOf(rule, series, scope);
  const whereEnough = enough === undefined ? '' : ` and ${on} (${enough})`;
  const own = Object.entries({ ...labels, alertstate: 'firing' }).map(([name, text]) => `${name}=${quoted(text)}`);
  const firing = `max${keeping(scope.by)}(ALERTS{${own.join(', ')}})`;
  const parts = [`(${value} ${operator} ${level.threshold}${whereEnough})`];
  if (rule.recoveryThreshold !== undefined) {
    const mildest = rule.levels.at(-1)?.threshold ?? level.threshold;
    // A value that is only a warning lowers an alert.
    const unlessWarning = mildest === level.threshold ? '' : ` unless ${on} (${value} ${operator} ${mildest})`;
    const between = `${value} ${operator} ${rule.recoveryThreshold}${whereEnough}`;
    parts.push(`(${firing} and ${on} (${between})${unlessWarning})`);
  }
  const keepsWithoutData = enough !== undefined && rule.noData !== 'ok';
  if (keepsWithoutData) parts.push(`(${firing} unless ${on} (${enough}))`);
  return {
    fires: parts.join(' or '),
    lacksData: enough === undefined ? undefined : `absent(${enough})`,
    losses: keepsWithoutData && rule.recoverAfterMinutes > 0 ? ['gap-restarts-recovery'] : [],
  };
}
