/** The condition of a trigger, in Painless. */
import type { Measure, Metric } from '@spanline/record/metrics';
import { valueName } from '../../search/measure.ts';
import type { LogMetric } from '../log-metric.ts';
import type { Level, PlainRule } from '../plain-rule.ts';

const OPERATORS = { gt: '>', lt: '<', gte: '>=', lte: '<=' } as const;

/** Names of the aggregations of a window. */
export const VALUE = 'value';
export const SAMPLES = 'samples';

const number = (value: number): string => `${value}${Number.isInteger(value) ? '.0' : ''}`;

function numberOf(name: string, measure: Measure): string {
  const result = `w['${name}']`;
  if (measure.kind === 'count') return `${result}.doc_count`;
  return measure.kind === 'quantile' ? `${result}.value.values[0].value` : `${result}.value.value`;
}

/** Adds up measures in the variable `total`, which is null without data. */
function sumText(name: string, part: 'of' | 'per', measures: readonly Measure[]): string {
  const terms = measures.map((measure, index) => numberOf(valueName(name, part, index), measure));
  return terms.map((term) => `n = ${term}; total = n == null || total == null ? null : total + n;`).join(' ');
}

function valueText({ of, per, factor = 1 }: Metric): string {
  const value = `def n = null; def total = 0.0; ${sumText(VALUE, 'of', of)} def value = total;`;
  const whole =
    per === undefined
      ? ''
      : ` total = 0.0; ${sumText(VALUE, 'per', per)} value = value == null || total == null || total == 0 ? null : value / total;`;
  return `${value}${whole}${factor === 1 ? '' : ` if (value != null) value = value * ${number(factor)};`}`;
}

/** The number of the window that has ended, and of those that ended a minute before each. */
export const windowName = (minutesAgo: number): string => `w${minutesAgo}`;

/**
 * Fires when the newest window breaks the threshold. An alert that is on stays on until each window of
 * `recoverAfterMinutes` was good.
 */
export function conditionScript(rule: PlainRule, level: Level, { metric, samples }: LogMetric): string {
  const operator = OPERATORS[rule.comparison];
  const breaks = (threshold: number): string => `value ${operator} ${number(threshold)}`;
  const mildest = rule.levels.at(-1)?.threshold ?? level.threshold;
  const isGood = `!(${breaks(rule.recoveryThreshold ?? level.threshold)})`;
  // A value that is only a warning lowers an alert.
  const lowers = mildest === level.threshold ? isGood : `(${breaks(mildest)} || ${isGood})`;
  const enough =
    samples === undefined
      ? 'value != null'
      : `value != null && (${samples.map((measure, index) => numberOf(valueName(SAMPLES, 'of', index), measure)).join(' + ')}) >= ${rule.minSamples}`;
  return [
    `for (int k = 0; k <= ${rule.recoverAfterMinutes}; k++) {`,
    `  def w = ctx.results[0].aggregations['w' + k];`,
    `  ${valueText(metric)}`,
    `  boolean isEnough = ${enough};`,
    `  boolean isBad = isEnough && ${breaks(level.threshold)};`,
    `  if (k == 0 && isBad) return true;`,
    `  if (ctx.alert == null) return false;`,
    `  if (isEnough ? isBad || !(${lowers}) : ${rule.noData !== 'ok'}) return true;`,
    `}`,
    `return false;`,
  ].join('\n');
}

/** Fires while there are too few samples. */
export function noDataScript(rule: PlainRule, { metric, samples = [] }: LogMetric): string {
  const counted = samples.map((measure, index) => numberOf(valueName(SAMPLES, 'of', index), measure)).join(' + ');
  return `def w = ctx.results[0].aggregations.w0;\n${valueText(metric)}\nreturn value == null || (${counted}) < ${rule.minSamples};`;
}
