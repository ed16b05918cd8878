/** Compares the metrics of a whole log with rules or an expression, once: for a pipeline that tests a change. */

import { nearest } from '@spanline/record';
import { type Metrics, type Dimension } from '../metrics/aggregator.ts';
import { metricReader, METRICS } from '../metrics/catalogue.ts';
import { type LogLines, metrics } from '../metrics/log-metrics.ts';
import { breaks } from './compare.ts';
import { toExpression } from './expression/condition.ts';
import { suggestMetric } from './expression/names.ts';
import { parseExpression } from './expression/parse.ts';
import { resolveRules } from './resolve.ts';
import type { AlertRuleInput, ResolvedRule } from './types.ts';

/** One requirement on a log. */
export interface CheckedRequirement {
  /** Name of the rule; for an expression, the requirement as it was written. */
  readonly name: string;
  /** The requirement as an expression: `p95(rerank) < 2s`. */
  readonly expression: string;
  readonly metric: string;
  readonly step: string | undefined;
  /** Value of the metric; `undefined` without data. */
  readonly value: number | undefined;
  /** Number of spans, or of requests, that the log has. */
  readonly samples: number;
  /**
   * - `met`, `broken`
   * - `no_data`: the log has no such metric
   * - `no_baseline`: the rule is relative to a baseline that it does not state, or compares with usual scores
   */
  readonly verdict: 'met' | 'broken' | 'no_data' | 'no_baseline';
  /** The step, or the metric, that was probably meant where the log has no data. */
  readonly suggestion?: string;
}

/** The outcome of a check. */
export interface CheckResult {
  /** Every requirement is met. One without data is not. */
  readonly isMet: boolean;
  readonly requirements: readonly CheckedRequirement[];
}

/** Steps are not merged: each has a name that somebody gave it. */
const MAX_STEPS = 100_000;

type Values = Metrics['values'];

function valuesOf({ values, by }: Metrics, step: string | undefined): Values | undefined {
  const steps = by['step'] ?? {};
  if (step === undefined) return values;
  return Object.hasOwn(steps, step) ? steps[step] : undefined;
}

/** The value of a metric. A metric of a day has its worst day. */
function valueOf({ daily }: Metrics, values: Values | undefined, rule: ResolvedRule): number | undefined {
  if (!rule.metric.startsWith('daily_')) return values?.[rule.metric];
  const days = Object.values(daily).flatMap((day) => day[rule.metric] ?? []);
  if (days.length === 0) return undefined;
  return rule.comparison.startsWith('g') ? Math.max(...days) : Math.min(...days);
}

function verdictOf(rule: ResolvedRule, value: number | undefined): CheckedRequirement['verdict'] {
  // A drift is relative to what a monitor learns.
  if (metricReader(rule.metric)?.scores !== undefined) return 'no_baseline';
  if (rule.relativeTo === 'deviation' || (rule.relativeTo === 'baseline' && rule.baseline === undefined)) {
    return 'no_baseline';
  }
  if (value === undefined) return 'no_data';
  const threshold = rule.threshold * (rule.relativeTo === undefined ? 1 : (rule.baseline ?? 1));
  return breaks(value, rule.comparison, threshold) ? 'broken' : 'met';
}

/** The fixed metric that was probably meant by the name of an evaluation, which may be any. */
function meantMetric(metric: string): string | undefined {
  return Object.hasOwn(METRICS, metric) ? undefined : suggestMetric(metric);
}

function checkRule(rule: ResolvedRule, step: string | undefined, log: Metrics): CheckedRequirement {
  const { name, metric } = rule;
  const values = valuesOf(log, step);
  const value = valueOf(log, values, rule);
  const steps = Object.keys(log.by['step'] ?? {});
  const verdict = verdictOf(rule, value);
  const meant = step === undefined || values !== undefined ? meantMetric(metric) : nearest(step, steps);
  const suggestion = verdict === 'no_data' ? meant : undefined;
  return {
    name,
    expression: toExpression({ ...rule, step }),
    metric,
    step,
    value,
    samples: values?.['requests'] ?? 0,
    verdict,
    ...(suggestion === undefined ? {} : { suggestion }),
  };
}

/**
 * Checks the metrics of a whole log, without windows and state. `metrics(lines)` computes them.
 *
 * @param what - an expression, or rules
 * @throws SpanlineError `ERR_INVALID_EXPRESSION`, `ERR_INVALID_RULE`, `ERR_INVALID_OPTION`
 * @example
 * ```ts
 * import { readFileSync } from 'node:fs';
 * import { check } from '@spanline/monitor/offline';
 *
 * const lines = readFileSync('app.ndjson', 'utf8');
 * const { isMet, requirements } = await check('p95(rerank) < 2s and error_rate < 1%', lines);
 * for (const { expression, value } of requirements) console.log(expression, value);
 * process.exitCode = isMet ? 0 : 1;
 * ```
 */
export async function check(what: string | readonly AlertRuleInput[], lines: LogLines): Promise<CheckResult> {
  // The same requirement twice is one.
  const texts = (text: string): AlertRuleInput[] =>
    [...new Set(parseExpression(text).map((one) => one.text))].map((expect) => ({ expect }));
  const rules = resolveRules(typeof what === 'string' ? texts(what) : what);
  const by: Dimension[] = rules.some(({ perStep, step }) => perStep || step !== undefined) ? ['step'] : [];
  const log = await metrics(lines, { by, maxPerDimension: MAX_STEPS });
  const requirements = rules.flatMap((rule) => {
    const steps = rule.perStep ? Object.keys(log.by['step'] ?? {}) : [rule.step];
    return steps.map((step) => checkRule(rule, step, log));
  });
  return { isMet: requirements.every(({ verdict }) => verdict === 'met'), requirements };
}
