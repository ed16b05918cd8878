import type { TraceSummary } from '../causes/trace-summary.ts';
import type { Measurement } from '../metrics/measurement.ts';
import type { ReadRecord } from '../metrics/read-record.ts';
import type { ResolvedRule } from '../rules/types.ts';
import { isOnSteps } from '../rules/watched.ts';
import { initialState, type RuleState, stateOf } from './rule-state.ts';
import { combineVotes, isNothing, type Vote } from './votes.ts';
import { createWatch, inherit, type Watch, type Windows } from './watch.ts';

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;
const MAX_STEPS = 500;
/** A clock that is set back by more than this starts all windows anew. */
const MAX_BACK_MS = 60_000;

/** The watches of one step. */
interface Step {
  readonly windows: Windows;
  readonly watches: readonly Watch[];
  /** Time of the last span. */
  seenAt: number;
}

function addExemplar(watch: Watch, record: ReadRecord, measurement: Measurement, summary: TraceSummary): void {
  const score = watch.scorer(record, measurement);
  if (score === undefined || record.trace_id === undefined) return;
  // The summary has just been given the time of the record.
  watch.exemplars.add(summary.epochMs, score, record.trace_id, summary);
}

/**
 * The watches of a set of rules: one for each rule, and one for each step of each rule with `perStep`. A rule with
 * `step` has one watch from the start.
 */
export class WatchList implements Iterable<Watch> {
  readonly service: readonly Watch[];
  readonly #windows: Windows = new Map();
  readonly #stepRules: readonly ResolvedRule[];
  readonly #steps = new Map<string, Step>();
  readonly #namedSteps: ReadonlyMap<string, Step>;
  readonly #stepMemoryMs: number;
  #remembered: ReadonlyMap<string, RuleState> | undefined;
  readonly #inherited = new Map<string, Vote>();
  #now: number;
  /** Records that came after their bucket was dropped. */
  late = 0;
  /** Spans of steps that no rule watches, because there are 500 already. */
  unwatched = 0;

  /** @param remembered - states of an earlier process, by key */
  constructor(rules: readonly ResolvedRule[], now: number, remembered: ReadonlyMap<string, RuleState> | undefined) {
    this.#now = now;
    this.#remembered = remembered;
    this.#stepRules = rules.filter(({ perStep }) => perStep);
    this.#stepMemoryMs = 2 * MINUTE_MS * Math.max(0, ...this.#stepRules.map(({ windowMinutes }) => windowMinutes));
    const parts = { windows: this.#windows, now, remembered, inherited: this.#inherited };
    this.service = rules.filter((rule) => !isOnSteps(rule)).map((rule) => createWatch(rule, undefined, parts));
    const named = rules.filter(({ step }) => step !== undefined);
    const rulesOf = (name: string): ResolvedRule[] => named.filter(({ step }) => step === name);
    this.#namedSteps = new Map(named.map(({ step = '' }) => [step, this.#createStep(step, rulesOf(step))]));
  }

  *[Symbol.iterator](): Generator<Watch> {
    yield* this.service;
    for (const { watches } of this.#allSteps()) yield* watches;
  }

  *#allSteps(): Generator<Step> {
    yield* this.#namedSteps.values();
    yield* this.#steps.values();
  }

  /** The latest time that {@link advanceTo} was given, unless the clock was set back. */
  get now(): number {
    return this.#now;
  }

  /** Moves the clock. @returns false if it was set back by more than a minute, which starts all windows anew */
  advanceTo(now: number): boolean {
    if (now >= this.#now) this.#now = now;
    if (now > this.#now - MAX_BACK_MS) return true;
    this.#now = now;
    for (const window of this.#windows.values()) window.clear();
    for (const step of this.#allSteps()) {
      step.seenAt = now;
      for (const window of step.windows.values()) window.clear();
    }
    for (const watch of this) {
      watch.exemplars.clear();
      watch.learnedUntil = now;
    }
    return false;
  }

  /** A value has to be good for a time that was watched. */
  forgetGoodTime(): void {
    for (const watch of this) {
      if (watch.state.goodSince !== undefined) watch.state = { ...watch.state, goodSince: undefined };
      if (watch.own.goodSince !== undefined) watch.own = { ...watch.own, goodSince: undefined };
    }
  }

  /** @param summary - of the record's trace; `undefined` if the trace is not in the sample */
  add(record: ReadRecord, measurement: Measurement, epochMs: number, summary: TraceSummary | undefined): void {
    for (const window of this.#windows.values()) if (!window.add(measurement, epochMs)) this.late++;
    if (summary !== undefined) for (const watch of this.service) addExemplar(watch, record, measurement, summary);
    if (!measurement.isSpan) return;
    const name = record['span.name'] ?? '';
    const named = this.#namedSteps.size === 0 ? undefined : this.#namedSteps.get(name);
    if (named !== undefined) this.#addToStep(named, record, measurement, epochMs, summary);
    // The root contains the time of every step and is not a step itself.
    if (measurement.isRequest || this.#stepRules.length === 0) return;
    const step = this.#stepOf(name);
    if (step !== undefined) this.#addToStep(step, record, measurement, epochMs, summary);
  }

  #addToStep(
    step: Step,
    record: ReadRecord,
    measurement: Measurement,
    epochMs: number,
    summary: TraceSummary | undefined,
  ): void {
    step.seenAt = this.#now;
    for (const window of step.windows.values()) window.add(measurement, epochMs);
    if (summary !== undefined) for (const watch of step.watches) addExemplar(watch, record, measurement, summary);
  }

  #createStep(name: string, rules: readonly ResolvedRule[]): Step {
    const inherited = this.#inherited;
    const parts = { windows: new Map(), now: this.#now, remembered: this.#remembered, inherited };
    const watches = rules.map((rule) => createWatch(rule, name, parts));
    return { windows: parts.windows, watches, seenAt: this.#now };
  }

  #stepOf(name: string): Step | undefined {
    const known = this.#steps.get(name);
    if (known !== undefined) return known;
    if (this.#steps.size >= MAX_STEPS) {
      this.unwatched++;
      return undefined;
    }
    const step = this.#createStep(name, this.#stepRules);
    this.#steps.set(name, step);
    return step;
  }

  /** Forgets steps that are `OK` and have not been seen for two windows, to make room for new ones. */
  forgetSteps(): void {
    for (const [name, { seenAt, watches }] of this.#steps) {
      const isGone = this.#now - seenAt > this.#stepMemoryMs;
      const isOver = ({ state, own }: Watch): boolean => stateOf(state) === 'OK' && stateOf(own) === 'OK';
      if (isGone && watches.every(isOver)) this.#steps.delete(name);
    }
  }

  /** States that the next process needs: those of open incidents, and of rules that sent a message. */
  states(): Map<string, RuleState> {
    // An incident of a step that has not been seen again since the start is still open.
    const states = new Map([...(this.#remembered ?? [])].filter(([, state]) => this.#isNeeded(state)));
    for (const { incidentKey, state } of this) {
      if (state.level !== 'OK' || state.reported !== 'OK' || state.messageAt !== undefined)
        states.set(incidentKey, state);
      else states.delete(incidentKey);
    }
    return states;
  }

  /** Limits of a rule that is `OK` hold for a day. */
  #isNeeded({ level, reported, messageAt = -Infinity }: RuleState): boolean {
    return level !== 'OK' || reported !== 'OK' || this.#now - messageAt < DAY_MS;
  }

  /** Replaces the states by those that replicas share. */
  load(states: ReadonlyMap<string, RuleState>): void {
    this.#remembered = states;
    for (const watch of this) watch.state = states.get(watch.incidentKey) ?? initialState(this.#now);
  }

  /** Takes over what replicas saw that are gone. */
  inherit(votes: ReadonlyMap<string, Vote>): void {
    const watches = new Map([...this].map((watch) => [watch.incidentKey, watch] as const));
    for (const [key, vote] of votes) {
      const watch = watches.get(key);
      if (watch !== undefined) watch.own = inherit(watch.own, vote, this.#now);
      else if (vote.level !== 'OK' && this.#isOfStep(key)) {
        this.#inherited.set(key, combineVotes([vote, this.#inherited.get(key) ?? vote]) ?? vote);
      }
    }
  }

  #isOfStep(key: string): boolean {
    return this.#stepRules.some(({ name }) => key.startsWith(JSON.stringify([name]).replace(/]$/, ',')));
  }

  /** The view of this process. */
  votes(): Map<string, Vote> {
    const votes = new Map(this.#inherited);
    for (const { incidentKey, own } of this) {
      if (!isNothing(own)) votes.set(incidentKey, { level: own.level, isMissing: own.isMissing });
    }
    return votes;
  }
}
