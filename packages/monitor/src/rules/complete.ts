import { metricReader } from '../metrics/catalogue.ts';
import type { AlertRule, CompleteRule } from './types.ts';

/** Of a metric that nobody knows. The check of the rule refuses it. */
const LEAST = 20;

/** Fills in the defaults of a rule. */
export function completeRule<Rule extends AlertRule>(rule: Rule): CompleteRule & Rule {
  return {
    windowMinutes: 15,
    severity: 'warning',
    notifyChannel: 'slack',
    recoverAfterMinutes: 5,
    minSamples: metricReader(rule.metric)?.least ?? LEAST,
    noData: 'keep',
    renotifyMinutes: rule.severity === 'critical' ? 60 : 0,
    cooldownMinutes: 5,
    maxPerDay: 10,
    perStep: false,
    ...rule,
  };
}
