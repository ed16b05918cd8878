/** The second half of an evaluation: the event that is logged, and whether a message is sent. */

import type { AlertEvent, AlertState } from '@spanline/record';
import type { ResolvedRule, Severity } from '../rules/types.ts';
import { dayOf, NONE_SENT, type RuleState, stateOf } from './rule-state.ts';
import { advanceSpells, afterStart, isStart, isStartOfIncident, spellsUntil } from './spells.ts';
import { type Observation, RANK, transition } from './transition.ts';
import { joinVotes, type Vote } from './votes.ts';

const MINUTE_MS = 60_000;

/** The result of an evaluation. */
export interface Outcome {
  readonly state: RuleState;
  /** `undefined` if there is nothing to report. */
  readonly event: AlertEvent | undefined;
  readonly severity: Severity;
  /** False for an event that is only logged. */
  readonly isSent: boolean;
  /** Events that were not sent before this one. */
  readonly suppressed: number;
}

/** True while messages of a severity are held back. */
export type IsQuiet = (epochMs: number, severity: Severity) => boolean;

/** The event of this evaluation. It is logged, whether it is sent or not. */
function newEvent(rule: ResolvedRule, before: RuleState, after: RuleState): AlertEvent | undefined {
  if (after.isMissing) return rule.noData === 'alert' && !before.isMissing ? 'no_data' : undefined;
  if (RANK[after.level] > RANK[before.level]) return 'fired';
  return after.level === 'OK' && before.level !== 'OK' ? 'recovered' : undefined;
}

/** The event that recipients of messages do not know about yet. */
function unreportedEvent(rule: ResolvedRule, state: RuleState): AlertEvent | undefined {
  const now = stateOf(state);
  if (now === 'OK') return state.reported === 'OK' ? undefined : 'recovered';
  if (now === 'NO_DATA') return rule.noData === 'alert' && state.reported !== 'NO_DATA' ? 'no_data' : undefined;
  return RANK[now] > RANK[state.reported] && state.goodSince === undefined ? 'repeated' : undefined;
}

/** True if the alert has lasted for `renotifyMinutes` since its last message. */
function isRepeatDue(rule: ResolvedRule, state: RuleState, now: number): boolean {
  const isReportedMissing = state.isMissing && rule.noData === 'alert';
  const isOn = state.isMissing ? isReportedMissing : state.level !== 'OK';
  const after = rule.renotifyMinutes * MINUTE_MS;
  return isOn && after > 0 && now - (state.messageAt ?? now) >= after;
}

function severityOf(rule: ResolvedRule, state: AlertState): Severity {
  return state === 'WARNING' ? 'warning' : rule.severity;
}

/** Limits what flaps and what repeats itself, but not the start of a new incident. */
function isWithinDay(rule: ResolvedRule, state: RuleState, severity: Severity, now: number): boolean {
  const kind = isStart(state, severity) ? severity : 'repeated';
  return state.sentToday[kind] < rule.maxPerDay || isStartOfIncident(state, severity, now);
}

function maySend(rule: ResolvedRule, state: RuleState, severity: Severity, now: number): boolean {
  const isCoolingDown = state.recoveredAt !== undefined && now - state.recoveredAt < rule.cooldownMinutes * MINUTE_MS;
  return !isCoolingDown && isWithinDay(rule, state, severity, now);
}

/** Starts a new day of messages. After a clock was set back, times in the future become now. */
function atTime(state: RuleState, now: number): RuleState {
  const past = (time: number | undefined): number | undefined => (time === undefined ? undefined : Math.min(time, now));
  const day = dayOf(now);
  return {
    ...state,
    since: Math.min(state.since, now),
    goodSince: past(state.goodSince),
    recoveredAt: past(state.recoveredAt),
    messageAt: past(state.messageAt),
    spells: spellsUntil(state.spells, now),
    ...(day === state.day ? {} : { day, sentToday: NONE_SENT }),
  };
}

function afterMessage(state: RuleState, event: AlertEvent, severity: Severity, now: number): RuleState {
  const sent = { ...state, suppressed: 0, messageAt: now, reported: stateOf(state) };
  if (event === 'recovered') return { ...sent, recoveredAt: now, worstReported: 'OK' };
  const kind = isStart(state, severity) ? severity : 'repeated';
  const sentToday = { ...state.sentToday, [kind]: state.sentToday[kind] + 1 };
  const isWorse = state.worstReported === 'OK' || RANK[sent.reported] > RANK[state.worstReported];
  const worstReported = isWorse ? sent.reported : state.worstReported;
  return { ...sent, sentToday, worstReported, spells: afterStart(state, severity) };
}

/**
 * Advances the state of a rule by one observation. The function is pure.
 *
 * - With too little data, `noData` decides.
 * - A rule recovers when its value has been good for `recoverAfterMinutes` without a break.
 * - Each event is logged at once. It is sent unless quiet hours, `cooldownMinutes` or `maxPerDay` hold it back. An
 *   event that was held back is sent afterwards if it still holds.
 * - `maxPerDay` limits what flaps and what repeats itself. The start of a new incident is always sent.
 * - The recovery of an incident that was sent is always sent.
 */
export function advance(
  rule: ResolvedRule,
  previous: RuleState,
  seen: Observation,
  now: number,
  isQuiet: IsQuiet = () => false,
): Outcome {
  const before = atTime(previous, now);
  return report(rule, before, transition(rule, before, seen, now), now, isQuiet);
}

/** The view of one process after an observation, whatever others see. */
export function look(rule: ResolvedRule, own: RuleState, seen: Observation, now: number): RuleState {
  return transition(rule, atTime(own, now), seen, now);
}

/**
 * Advances the state that replicas share, by the level that one of them sees. A replica that sees less than another has
 * nothing to report.
 *
 * @param own - what this replica sees, from {@link look}
 * @param others - what the others see
 */
export function advanceAmong(
  rule: ResolvedRule,
  previous: RuleState,
  own: RuleState,
  others: Vote | undefined,
  now: number,
  isQuiet: IsQuiet = () => false,
): Outcome {
  const before = atTime(previous, now);
  const moved = joinVotes(before, own, others, now);
  if (RANK[own.level] >= RANK[moved.level]) return report(rule, before, moved, now, isQuiet);
  return { state: moved, event: undefined, severity: severityOf(rule, moved.level), isSent: false, suppressed: 0 };
}

function report(rule: ResolvedRule, before: RuleState, moved: RuleState, now: number, isQuiet: IsQuiet): Outcome {
  const spells = advanceSpells(rule, moved, now);
  const after = spells === moved.spells ? moved : { ...moved, spells };
  const fresh = newEvent(rule, before, after);
  const unreported = unreportedEvent(rule, after);
  const event = fresh ?? unreported ?? (isRepeatDue(rule, after, now) ? 'repeated' : undefined);
  const worst = before.worstReported === 'OK' ? before.level : before.worstReported;
  const severity = severityOf(rule, event === 'recovered' ? worst : stateOf(after));
  if (event === undefined) return { state: after, event, severity, isSent: false, suppressed: 0 };
  const isDue = event === 'recovered' ? unreported === 'recovered' : maySend(rule, after, severity, now);
  if (isDue && !isQuiet(now, severity)) {
    const state = afterMessage(after, event, severity, now);
    return { state, event, severity, isSent: true, suppressed: after.suppressed };
  }
  // An event that still waits was logged when it happened.
  if (fresh === undefined) return { state: after, event: undefined, severity, isSent: false, suppressed: 0 };
  const state = { ...after, suppressed: after.suppressed + 1, messageAt: now };
  return { state, event, severity, isSent: false, suppressed: 0 };
}
