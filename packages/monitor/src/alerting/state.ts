import type { AlertEvent, AlertState } from '@spanline/core';
import { breaks } from '../rules/check.ts';
import type { ResolvedRule } from '../rules/types.ts';

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;

/** Where a rule stands, for the whole service or for one step. */
export interface RuleState {
  readonly state: AlertState;
  /** When all was last well; epoch milliseconds. */
  readonly since: number;
  /** Since when the value has been on the good side again. */
  readonly goodSince: number | undefined;
  /** When the end of an incident was last sent. */
  readonly recoveredAt: number | undefined;
  /** When a message was last due. */
  readonly messageAt: number | undefined;
  /** The incident was sent, so its end is, too. */
  readonly isSent: boolean;
  /** UTC day, and messages sent on it. */
  readonly day: number;
  readonly sentToday: number;
  /** Messages held back since the last one that was sent. */
  readonly suppressed: number;
}

/** What a window shows. */
export interface Observation {
  readonly value: number | undefined;
  readonly samples: number;
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
  /** False for what is logged only. */
  readonly isSent: boolean;
  /** Messages held back before this one. */
  readonly suppressed: number;
}

/** All is well. */
export function initialState(now: number): RuleState {
  return {
    state: 'OK',
    since: now,
    goodSince: undefined,
    recoveredAt: undefined,
    messageAt: undefined,
    isSent: false,
    day: Math.floor(now / DAY_MS),
    sentToday: 0,
    suppressed: 0,
  };
}

type Verdict = 'bad' | 'warning' | 'between' | 'good' | 'missing' | 'unknown';

function judge(rule: ResolvedRule, seen: Observation): Verdict {
  const { value, threshold, warningThreshold, recoveryThreshold } = seen;
  if (threshold === undefined) return 'unknown';
  if (value === undefined || seen.samples < rule.minSamples) return rule.noData === 'ok' ? 'good' : 'missing';
  if (breaks(value, rule.comparison, threshold)) return 'bad';
  if (warningThreshold !== undefined && breaks(value, rule.comparison, warningThreshold)) return 'warning';
  const isGood = recoveryThreshold === undefined || !breaks(value, rule.comparison, recoveryThreshold);
  return isGood ? 'good' : 'between';
}

const SEVERITY: Readonly<Record<AlertState, number>> = { OK: 0, NO_DATA: 0, WARNING: 1, ALERT: 2 };

/** The state machine of one rule; pure. */
class Step {
  readonly #rule: ResolvedRule;
  readonly #now: number;
  #next: RuleState;

  constructor(rule: ResolvedRule, state: RuleState, now: number) {
    this.#rule = rule;
    this.#now = now;
    const day = Math.floor(now / DAY_MS);
    this.#next = day === state.day ? state : { ...state, day, sentToday: 0 };
  }

  #set(change: Partial<RuleState>): void {
    this.#next = { ...this.#next, ...change };
  }

  #silent(): Outcome {
    return { state: this.#next, event: undefined, isSent: false, suppressed: 0 };
  }

  /** A message is due. Its rule may hold it back; the end of what was sent is always sent. */
  #say(event: AlertEvent, mayBeHeldBack: boolean): Outcome {
    const { suppressed, sentToday } = this.#next;
    const isSent = !mayBeHeldBack && (event === 'recovered' ? this.#next.isSent : sentToday < this.#rule.maxPerDay);
    this.#set({
      messageAt: this.#now,
      isSent: event === 'recovered' ? false : this.#next.isSent || isSent,
      sentToday: sentToday + (isSent ? 1 : 0),
      suppressed: isSent ? 0 : suppressed + 1,
    });
    return { state: this.#next, event, isSent, suppressed: isSent ? suppressed : 0 };
  }

  #isCoolingDown(): boolean {
    const { recoveredAt } = this.#next;
    return recoveredAt !== undefined && this.#now - recoveredAt < this.#rule.cooldownMinutes * MINUTE_MS;
  }

  /** Something is wrong, more or less. */
  bad(target: 'WARNING' | 'ALERT'): Outcome {
    const before = this.#next.state;
    this.#set({ goodSince: undefined });
    if (SEVERITY[target] > SEVERITY[before]) {
      const isFresh = before === 'OK' || before === 'NO_DATA';
      this.#set({ state: target, ...(before === 'OK' ? { since: this.#now } : {}) });
      return this.#say('fired', isFresh && this.#isCoolingDown());
    }
    return this.#repeat();
  }

  /** It goes on. */
  #repeat(): Outcome {
    const { messageAt, state } = this.#next;
    const after = this.#rule.renotifyMinutes * MINUTE_MS;
    const isDue = after > 0 && state !== 'OK' && this.#now - (messageAt ?? this.#now) >= after;
    return isDue ? this.#say('repeated', false) : this.#silent();
  }

  /** Neither wrong nor clearly right: the incident goes on. */
  between(): Outcome {
    this.#set({ goodSince: undefined });
    return this.#next.state === 'WARNING' || this.#next.state === 'ALERT' ? this.#repeat() : this.#silent();
  }

  /** @param target - a milder state for a value that is still a warning */
  good(target: 'OK' | 'WARNING'): Outcome {
    const { state, goodSince } = this.#next;
    if (state === 'OK' || state === target) {
      this.#set({ goodSince: undefined, ...(state === 'OK' ? { since: this.#now } : {}) });
      return state === 'OK' ? this.#silent() : this.#repeat();
    }
    if (state === 'NO_DATA') return this.#dataIsBack();
    const since = goodSince ?? this.#now;
    this.#set({ goodSince: since });
    if (this.#now - since < this.#rule.recoverAfterMinutes * MINUTE_MS) return this.#repeat();
    this.#set({ state: target, goodSince: undefined });
    if (target === 'WARNING') return this.#silent();
    // What was not sent does not prolong the silence: a rule that flaps is told once per cool-down.
    if (this.#next.isSent) this.#set({ recoveredAt: this.#now });
    return this.#say('recovered', false);
  }

  #dataIsBack(): Outcome {
    this.#set({ state: 'OK', goodSince: undefined, since: this.#now });
    return this.#next.isSent ? this.#say('recovered', false) : this.#silent();
  }

  missing(): Outcome {
    const { noData } = this.#rule;
    if (noData === 'keep') return this.#silent();
    if (this.#next.state === 'NO_DATA') return noData === 'alert' ? this.#repeat() : this.#silent();
    this.#set({ state: 'NO_DATA', goodSince: undefined });
    return noData === 'alert' ? this.#say('no_data', false) : this.#silent();
  }

  unknown(): Outcome {
    return this.#silent();
  }
}

/**
 * What an observation makes of a rule's state. Pure: the same state, observation and time give the same outcome.
 *
 * - Below the least number of samples a window says nothing; `noData` decides what follows.
 * - What fired recovers when its value has been on the good side for `recoverAfterMinutes` without a break.
 * - What fires again within `cooldownMinutes` of its recovery, and what is beyond `maxPerDay`, is not sent, and counted; getting worse is sent in any case.
 */
export function advance(rule: ResolvedRule, state: RuleState, seen: Observation, now: number): Outcome {
  const step = new Step(rule, state, now);
  switch (judge(rule, seen)) {
    case 'bad':
      return step.bad(rule.severity === 'critical' ? 'ALERT' : 'WARNING');
    case 'warning':
      return state.state === 'ALERT' ? step.good('WARNING') : step.bad('WARNING');
    case 'between':
      return step.between();
    case 'good':
      return step.good('OK');
    case 'missing':
      return step.missing();
    default:
      return step.unknown();
  }
}
