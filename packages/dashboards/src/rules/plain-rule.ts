/** Rules with thresholds in the unit of their metric, as every engine takes them. */
import type { ResolvedRule } from '@spanline/monitor/offline';
import { Refusal } from './compiled.ts';

/** A threshold, and the severity of the alert that it fires. */
export interface Level {
  readonly severity: ResolvedRule['severity'];
  readonly threshold: number;
}

/** A rule whose thresholds are numbers. */
export interface PlainRule extends Omit<ResolvedRule, 'threshold' | 'warningThreshold' | 'relativeTo' | 'baseline'> {
  /** The worst first. */
  readonly levels: readonly [Level, ...Level[]];
  /** The spans that count: requests, spans of one name, or the spans of each name. */
  readonly unit: 'requests' | 'step' | 'each-step';
}

const NOT_LEARNED = 'the usual value is learned by the monitor, and the engine does not know it';

/** The factor of the thresholds. @throws Refusal for a usual value that is learned */
function unitOf({ relativeTo, baseline, metric }: ResolvedRule): number {
  if (metric.endsWith('_drift')) throw new Refusal(`a drift is a distance from usual scores: ${NOT_LEARNED}`);
  if (relativeTo === undefined) return 1;
  if (relativeTo === 'deviation') throw new Refusal(`relativeTo: 'deviation': ${NOT_LEARNED}`);
  if (baseline === undefined)
    throw new Refusal(`relativeTo: 'baseline' without baseline: ${NOT_LEARNED}. Give the rule a baseline`);
  if (baseline === 0) throw new Refusal('a multiple of the baseline 0 never fires');
  return baseline;
}

/** @throws Refusal for a rule that no engine can say */
export function plainRule(rule: ResolvedRule): PlainRule {
  const { threshold, warningThreshold, relativeTo: _relation, baseline: _baseline, ...fields } = rule;
  const unit = unitOf(rule);
  const worst: Level = { severity: rule.severity, threshold: threshold * unit };
  return {
    ...fields,
    recoveryThreshold: rule.recoveryThreshold === undefined ? undefined : rule.recoveryThreshold * unit,
    levels:
      warningThreshold === undefined ? [worst] : [worst, { severity: 'warning', threshold: warningThreshold * unit }],
    unit: rule.perStep ? 'each-step' : rule.step === undefined ? 'requests' : 'step',
  };
}
