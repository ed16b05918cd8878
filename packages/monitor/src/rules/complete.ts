import { metricReader } from '../metrics/catalogue.ts';
import type { AlertRule, CompleteRule } from './types.ts';

const LEAST_FOR_RATIOS = 20;

/** Fills in the defaults of a rule. */
export function completeRule<Rule extends AlertRule>(rule: Rule): CompleteRule & Rule {
  return {
    windowMinutes: 15,
    severity: 'warning',
    notifyChannel: 'slack',
    recoverAfterMinutes: 5,
    minSamples: metricReader(rule.metric)?.oneIsEnough === true ? 1 : LEAST_FOR_RATIOS,
    noData: 'keep',
    renotifyMinutes: rule.severity === 'critical' ? 60 : 0,
    cooldownMinutes: 5,
    maxPerDay: 10,
    perStep: false,
    ...rule,
  };
}
