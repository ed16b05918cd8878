import type { AlertEvent, AlertState } from '@spanline/core';
import { breaks } from '../rules/compare.ts';
import type { ResolvedRule, Severity } from '../rules/types.ts';

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;

/** How bad it is. */
type Level = 'OK' | 'WARNING' | 'ALERT';

const HEIGHT: Readonly<Record<AlertState, number>> = { OK: 0, NO_DATA: 0, WARNING: 1, ALERT: 2 };

/** Where a rule stands, for the whole service or for one step. Plain data: it is kept over restarts. */
export interface RuleState {
  /** As it was when there last was data. */
  readonly level: Level;
  readonly isMissing: boolean;
  /** When all was last well; epoch milliseconds. */
  readonly since: number;
  /** Since when the value has been on the good side again. */
  readonly goodSince: number | undefined;
  /** What people know: the state that a message last said. */
  readonly told: AlertState;
  /** The worst that was said since all was last well. */
  readonly worstTold: AlertState;
  /** When the end of an incident was last said. */
  readonly recoveredAt: number | undefined;
  /** When something was last to be said about what goes on. */
  readonly messageAt: number | undefined;
  /** UTC day, and messages of it by severity. */
  readonly day: number;
  readonly sentToday: Readonly<Record<Severity, number>>;
  /** Events held back since the last message. */
  readonly suppressed: number;
}

/** What a window shows. */
export interface Observation {
  readonly value: number | undefined;
  readonly samples: number;
  /** The value means something. */
  readonly isEnough: boolean;
  /** In the metric's unit; `undefined` while what the metric usually is is unknown. */
  readonly threshold: number | undefined;
  readonly warningThreshold: number | undefined;
  readonly recoveryThreshold: number | undefined;
}

/** What follows from it. */
export interface Outcome {
  readonly state: RuleState;
  /** `undefined` when there is nothing to say. */
  readonly event: AlertEvent | undefined;
  readonly severity: Severity;
  /** False for what is logged only. */
  readonly isSent: boolean;
  /** Events held back before this one. */
  readonly suppressed: number;
}

/** When messages of a severity are not sent; what is due then is sent afterwards, where it still holds. */
export type IsQuiet = (epochMs: number, severity: Severity) => boolean;

/** All is well. */
export function initialState(now: number): RuleState {
  return {
    level: 'OK',
    isMissing: false,
    since: now,
    goodSince: undefined,
    told: 'OK',
    worstTold: 'OK',
    recoveredAt: undefined,
    messageAt: undefined,
    day: Math.floor(now / DAY_MS),
    sentToday: { warning: 0, critical: 0 },
    suppressed: 0,
  };
}

/** The state in the words of an alert. */
export function stateOf({ level, isMissing }: Pick<RuleState, 'level' | 'isMissing'>): AlertState {
  return isMissing ? 'NO_DATA' : level;
}

type Verdict = 'bad' | 'warning' | 'between' | 'good' | 'missing' | 'unknown';

function judge(rule: ResolvedRule, seen: Observation): Verdict {
  const { value, threshold, warningThreshold, recoveryThreshold } = seen;
  if (threshold === undefined) return 'unknown';
  if (value === undefined || !seen.isEnough) return rule.noData === 'ok' ? 'good' : 'missing';
  if (breaks(value, rule.comparison, threshold)) return 'bad';
  if (warningThreshold !== undefined && breaks(value, rule.comparison, warningThreshold)) return 'warning';
  const isGood = recoveryThreshold === undefined || !breaks(value, rule.comparison, recoveryThreshold);
  return isGood ? 'good' : 'between';
}

function raised(state: RuleState, level: Level, now: number): RuleState {
  const since = state.level === 'OK' ? now : state.since;
  return { ...state, level, isMissing: false, goodSince: undefined, since };
}

/** A milder level is believed when it has held for long enough. */
function lowered(rule: ResolvedRule, state: RuleState, level: Level, now: number): RuleState {
  const present = { ...state, isMissing: false, goodSince: undefined };
  if (HEIGHT[state.level] <= HEIGHT[level]) return state.level === 'OK' ? { ...present, since: now } : present;
  const goodSince = state.goodSince ?? now;
  if (now - goodSince < rule.recoverAfterMinutes * MINUTE_MS) return { ...present, goodSince };
  return { ...present, level };
}

/** The level that an observation leads to. */
function follow(rule: ResolvedRule, state: RuleState, verdict: Verdict, now: number): RuleState {
  switch (verdict) {
    case 'bad':
      return raised(state, rule.severity === 'critical' ? 'ALERT' : 'WARNING', now);
    case 'warning':
      return state.level === 'ALERT' ? lowered(rule, state, 'WARNING', now) : raised(state, 'WARNING', now);
    case 'between':
      return { ...state, isMissing: false, goodSince: undefined };
    case 'good':
      return lowered(rule, state, 'OK', now);
    case 'missing':
      return rule.noData === 'keep' ? state : { ...state, isMissing: true, goodSince: undefined };
    default:
      return state;
  }
}

/** What has just happened; it stands in the log, whoever is told. */
function happened(rule: ResolvedRule, before: RuleState, after: RuleState): AlertEvent | undefined {
  if (after.isMissing) return rule.noData === 'alert' && !before.isMissing ? 'no_data' : undefined;
  if (HEIGHT[after.level] > HEIGHT[before.level]) return 'fired';
  return after.level === 'OK' && before.level !== 'OK' ? 'recovered' : undefined;
}

/** What people should know and do not. */
function owed(rule: ResolvedRule, state: RuleState): AlertEvent | undefined {
  const now = stateOf(state);
  if (now === 'OK') return state.told === 'OK' ? undefined : 'recovered';
  if (now === 'NO_DATA') return rule.noData === 'alert' && state.told !== 'NO_DATA' ? 'no_data' : undefined;
  return HEIGHT[now] > HEIGHT[state.told] && state.goodSince === undefined ? 'repeated' : undefined;
}

/** True when it has gone on for so long that it is said again. */
function isToRepeat(rule: ResolvedRule, state: RuleState, now: number): boolean {
  const isOn = state.level !== 'OK' || (state.isMissing && rule.noData === 'alert');
  const after = rule.renotifyMinutes * MINUTE_MS;
  const isSilent = state.isMissing && rule.noData !== 'alert';
  return isOn && !isSilent && after > 0 && now - (state.messageAt ?? now) >= after;
}

function severityOf(rule: ResolvedRule, state: AlertState): Severity {
  return state === 'WARNING' ? 'warning' : rule.severity;
}

function maySend(rule: ResolvedRule, state: RuleState, severity: Severity, now: number): boolean {
  const { recoveredAt, sentToday } = state;
  const isCooling = recoveredAt !== undefined && now - recoveredAt < rule.cooldownMinutes * MINUTE_MS;
  return !isCooling && sentToday[severity] < rule.maxPerDay;
}

/** Messages are counted by the day; times to come, of a clock that was put back, are now. */
function atThisTime(state: RuleState, now: number): RuleState {
  const past = (time: number | undefined): number | undefined => (time === undefined ? undefined : Math.min(time, now));
  const day = Math.floor(now / DAY_MS);
  return {
    ...state,
    since: Math.min(state.since, now),
    goodSince: past(state.goodSince),
    recoveredAt: past(state.recoveredAt),
    messageAt: past(state.messageAt),
    ...(day === state.day ? {} : { day, sentToday: { warning: 0, critical: 0 } }),
  };
}

/** What is known once a message was sent. */
function afterMessage(state: RuleState, event: AlertEvent, severity: Severity, now: number): RuleState {
  const sentToday = { ...state.sentToday, [severity]: state.sentToday[severity] + 1 };
  const sent = { ...state, sentToday, suppressed: 0, messageAt: now, told: stateOf(state) };
  if (event === 'recovered') return { ...sent, recoveredAt: now, worstTold: 'OK' };
  const isWorse = state.worstTold === 'OK' || HEIGHT[sent.told] > HEIGHT[state.worstTold];
  return { ...sent, worstTold: isWorse ? sent.told : state.worstTold };
}

/**
 * What an observation makes of a rule's state. Pure: the same state, observation and time give the same outcome.
 *
 * - Where there is too little to say something, `noData` decides what follows.
 * - What fired recovers when its value has been on the good side for `recoverAfterMinutes` without a break.
 * - What happens stands in the log at once. A message follows from what people know: it is held back in quiet hours, within `cooldownMinutes` of a recovery and beyond `maxPerDay`, and sent afterwards if it
 *   still holds. The end of what was said is always said.
 */
export function advance(
  rule: ResolvedRule,
  given: RuleState,
  seen: Observation,
  now: number,
  isQuiet: IsQuiet = () => false,
): Outcome {
  const before = atThisTime(given, now);
  const after = follow(rule, before, judge(rule, seen), now);
  const news = happened(rule, before, after);
  const lacking = owed(rule, after);
  const event = news ?? lacking ?? (isToRepeat(rule, after, now) ? 'repeated' : undefined);
  const worst = before.worstTold === 'OK' ? before.level : before.worstTold;
  const severity = severityOf(rule, event === 'recovered' ? worst : stateOf(after));
  if (event === undefined) return { state: after, event, severity, isSent: false, suppressed: 0 };
  const isDue = event === 'recovered' ? lacking === 'recovered' : maySend(rule, after, severity, now);
  if (isDue && !isQuiet(now, severity)) {
    const state = afterMessage(after, event, severity, now);
    return { state, event, severity, isSent: true, suppressed: after.suppressed };
  }
  // What is only held back still waits; it is written once.
  if (news === undefined) return { state: after, event: undefined, severity, isSent: false, suppressed: 0 };
  const state = { ...after, suppressed: after.suppressed + 1, messageAt: now };
  return { state, event, severity, isSent: false, suppressed: 0 };
}
