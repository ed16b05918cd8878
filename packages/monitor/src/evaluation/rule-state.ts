import { type AlertState, props } from '@spanline/record';
import type { Severity } from '../rules/types.ts';

const DAY_MS = 86_400_000;

/** How bad the metric is. */
export type Level = 'OK' | 'WARNING' | 'ALERT';

/** A time during which the level of a rule was at least `WARNING`, or at least `ALERT`. */
export interface Spell {
  /** Epoch milliseconds. */
  readonly from: number;
  /** Epoch milliseconds; `undefined` while it lasts. */
  readonly until: number | undefined;
  /** It began shortly after the end of the one before. */
  readonly isFlap: boolean;
  /** A message about it was sent. */
  readonly isSent: boolean;
}

/** Messages that were sent in a day, of those that `maxPerDay` limits. */
export interface SentToday {
  /** Warnings, without repetitions. */
  readonly warning: number;
  /** Alerts, without repetitions. */
  readonly critical: number;
  readonly repeated: number;
}

/** State of a rule, for the service or for one step. It is plain data, so that a monitor can keep it over restarts. */
export interface RuleState {
  /** Level at the last evaluation with enough data. */
  readonly level: Level;
  readonly isMissing: boolean;
  /** Time at which the level was last `OK`, in epoch milliseconds. */
  readonly since: number;
  /** Time since which the value has been good again. */
  readonly goodSince: number | undefined;
  /** State in the last message that was sent. */
  readonly reported: AlertState;
  /** The worst state that was sent since the last recovery. */
  readonly worstReported: AlertState;
  /** Time of the last recovery that was sent. */
  readonly recoveredAt: number | undefined;
  /** Time of the last message about this incident, sent or suppressed. */
  readonly messageAt: number | undefined;
  /** UTC day of {@link sentToday}. */
  readonly day: number;
  /** Messages that were sent on {@link day}. */
  readonly sentToday: SentToday;
  /** The last spell at each level. */
  readonly spells: Readonly<Partial<Record<Severity, Spell | undefined>>>;
  /** Events that were not sent since the last message. */
  readonly suppressed: number;
}

/** No messages. */
export const NONE_SENT: SentToday = { warning: 0, critical: 0, repeated: 0 };

/** The levels. */
export const LEVELS: ReadonlySet<unknown> = new Set<Level>(['OK', 'WARNING', 'ALERT']);
const STATES: ReadonlySet<unknown> = new Set<AlertState>(['OK', 'WARNING', 'ALERT', 'NO_DATA']);
const OPTIONAL = ['goodSince', 'recoveredAt', 'messageAt'] as const;

/** UTC day of a time. */
export function dayOf(epochMs: number): number {
  return Math.floor(epochMs / DAY_MS);
}

/** State of a rule that has never fired. */
export function initialState(now: number): RuleState {
  return {
    level: 'OK',
    isMissing: false,
    since: now,
    goodSince: undefined,
    reported: 'OK',
    worstReported: 'OK',
    recoveredAt: undefined,
    messageAt: undefined,
    day: dayOf(now),
    sentToday: NONE_SENT,
    spells: {},
    suppressed: 0,
  };
}

/** The state that alerts show. */
export function stateOf({ level, isMissing }: Pick<RuleState, 'level' | 'isMissing'>): AlertState {
  return isMissing ? 'NO_DATA' : level;
}

function isSpell(value: unknown): boolean {
  const { from, until, isFlap, isSent } = props(value);
  const areTimes = Number.isFinite(from) && (until === undefined || Number.isFinite(until));
  return value === undefined || (areTimes && typeof isFlap === 'boolean' && typeof isSent === 'boolean');
}

/**
 * Reads a state from JSON. Nobody watched in between, so that the value has to be good for a time anew.
 *
 * @returns `undefined` if it is not valid
 */
export function parseState(json: unknown): RuleState | undefined {
  if (typeof json !== 'object' || json === null) return undefined;
  const state: RuleState = { ...initialState(0), ...json };
  const { level, isMissing, reported, worstReported, since, day, suppressed, sentToday } = state;
  const numbers = [since, day, suppressed, sentToday?.warning, sentToday?.critical, sentToday?.repeated];
  const isValid =
    LEVELS.has(level) &&
    STATES.has(reported) &&
    STATES.has(worstReported) &&
    typeof isMissing === 'boolean' &&
    numbers.every(Number.isFinite) &&
    isSpell(props(state.spells)['warning']) &&
    isSpell(props(state.spells)['critical']) &&
    OPTIONAL.every((key) => state[key] === undefined || Number.isFinite(state[key]));
  return isValid ? { ...state, goodSince: undefined } : undefined;
}
