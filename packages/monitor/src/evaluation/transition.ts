/** The first half of an evaluation: the level that an observation leads to, whatever messages say. */

import type { AlertState } from '@spanline/record';
import { breaks } from '../rules/compare.ts';
import type { ResolvedRule } from '../rules/types.ts';
import type { Level, RuleState } from './rule-state.ts';

const MINUTE_MS = 60_000;

/** Orders states by badness. */
export const RANK: Readonly<Record<AlertState, number>> = { OK: 0, NO_DATA: 0, WARNING: 1, ALERT: 2 };

/** The value and thresholds of a rule, read from its window. */
export interface Observation {
  readonly value: number | undefined;
  readonly samples: number;
  /** The window was watched from its start. */
  readonly isWhole: boolean;
  /** There are enough samples for the value to count. */
  readonly isEnough: boolean;
  /** Thresholds in the metric's unit; `undefined` while the baseline is unknown. */
  readonly threshold: number | undefined;
  readonly warningThreshold: number | undefined;
  readonly recoveryThreshold: number | undefined;
}

/**
 * `between`: no longer bad, but not on the good side of the recovery threshold. `unknown`: there is no baseline yet, or
 * nobody watched for long enough to say that data is missing.
 */
type Condition = 'bad' | 'warning' | 'between' | 'good' | 'missing' | 'unknown';

function conditionOf(rule: ResolvedRule, seen: Observation): Condition {
  const { value, threshold, warningThreshold, recoveryThreshold } = seen;
  if (threshold === undefined) return 'unknown';
  if (value === undefined || !seen.isEnough) {
    if (!seen.isWhole) return 'unknown';
    return rule.noData === 'ok' ? 'good' : 'missing';
  }
  if (breaks(value, rule.comparison, threshold)) return 'bad';
  if (warningThreshold !== undefined && breaks(value, rule.comparison, warningThreshold)) return 'warning';
  const isGood = recoveryThreshold === undefined || !breaks(value, rule.comparison, recoveryThreshold);
  return isGood ? 'good' : 'between';
}

function raise(state: RuleState, level: Level, now: number): RuleState {
  const since = state.level === 'OK' ? now : state.since;
  return { ...state, level, isMissing: false, goodSince: undefined, since };
}

/** A level is lowered once the value has been better for `recoverAfterMinutes` without a break. */
function lower(rule: ResolvedRule, state: RuleState, level: Level, now: number): RuleState {
  const present = { ...state, isMissing: false, goodSince: undefined };
  if (RANK[state.level] <= RANK[level]) return state.level === 'OK' ? { ...present, since: now } : present;
  const goodSince = state.goodSince ?? now;
  if (now - goodSince < rule.recoverAfterMinutes * MINUTE_MS) return { ...present, goodSince };
  return { ...present, level };
}

/** The state after an observation. */
export function transition(rule: ResolvedRule, state: RuleState, seen: Observation, now: number): RuleState {
  switch (conditionOf(rule, seen)) {
    case 'bad':
      return raise(state, rule.severity === 'critical' ? 'ALERT' : 'WARNING', now);
    case 'warning':
      return state.level === 'ALERT' ? lower(rule, state, 'WARNING', now) : raise(state, 'WARNING', now);
    case 'between':
      return { ...state, isMissing: false, goodSince: undefined };
    case 'good':
      return lower(rule, state, 'OK', now);
    case 'missing':
      return rule.noData === 'keep' ? state : { ...state, isMissing: true, goodSince: undefined };
    default:
      return state;
  }
}
