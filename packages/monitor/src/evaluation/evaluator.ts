import type { Message } from '../alerts/ledger.ts';
import { RecentTraces } from '../causes/recent-traces.ts';
import type { Aggregator } from '../metrics/aggregator.ts';
import type { Cell } from '../metrics/cell.ts';
import type { Measurement } from '../metrics/measurement.ts';
import type { ReadRecord } from '../metrics/read-record.ts';
import type { ResolvedRule } from '../rules/types.ts';
import { advance, advanceAmong, type IsQuiet, look, type Outcome } from './advance.ts';
import type { Baselines } from './baselines.ts';
import { makeAlert, movedOf, type ServiceIdentity } from './make-alert.ts';
import { baselineOf, observe, usualScoresOf } from './observe.ts';
import type { Replicas } from './replicas.ts';
import { dayOf, type RuleState, stateOf } from './rule-state.ts';
import type { Observation } from './transition.ts';
import type { Vote } from './votes.ts';
import { WatchList } from './watch-list.ts';
import type { Watch } from './watch.ts';

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;
/** A record from further in the future counts as of now: it would push the present out of the windows. */
const MAX_AHEAD_MS = 60_000;
const NOTHING: readonly Finding[] = [];

/** Parts of an {@link Evaluator}. */
export interface EvaluatorParts {
  readonly rules: readonly ResolvedRule[];
  readonly aggregator: Aggregator;
  readonly baselines: Baselines;
  readonly identity: () => ServiceIdentity;
  /** The process, or the replicas, whose incidents these are: part of their keys. */
  readonly owner: string;
  /** Other replicas. With them, the states are those that all of them share, see {@link Evaluator.load}. */
  readonly replicas?: Pick<Replicas, 'others' | 'aheadMs'> | undefined;
  /** Makes the command that opens traces. */
  readonly command: (traceIds: readonly string[]) => string;
  readonly isQuiet?: IsQuiet;
  /** True if people have no message of an incident that they ought to know. @defaultValue never */
  readonly isOwed?: (incidentKey: string) => boolean;
  /** Called with what a window showed. */
  readonly onObservation?: (rule: ResolvedRule, seen: Observation) => void;
  /** Called when a state changed that {@link Evaluator.remember} returns. */
  readonly onChange?: () => void;
  /** States of an earlier process, from {@link Evaluator.remember}. */
  readonly remembered?: ReadonlyMap<string, RuleState>;
  readonly now: number;
  /** Time that a window waits for late records before it is read. */
  readonly delayMs: number;
  /** After a longer time without a record or a beat, the process stood still. @defaultValue it never does */
  readonly maxGapMs?: number;
}

/** An alert of a rule. */
export interface Finding extends Message {
  readonly rule: ResolvedRule;
  /** The alert is sent, or only logged, or reports the present state of an incident that people have no message of. */
  readonly kind: 'sent' | 'logged' | 'refreshed';
}

/** Evaluates rules over sliding windows of records. Adding a record takes constant time. */
export class Evaluator {
  readonly #parts: EvaluatorParts;
  readonly #watches: WatchList;
  #traces = new RecentTraces();
  /** Nothing is known of the time before. */
  #watchedSince: number;
  /** Time of the last record or beat. */
  #aliveAt: number;

  constructor(parts: EvaluatorParts) {
    this.#parts = parts;
    this.#watches = new WatchList(parts.rules, parts.now, parts.remembered);
    this.#watchedSince = this.#aliveAt = parts.now;
  }

  /** Records that came after their bucket was dropped. */
  get late(): number {
    return this.#watches.late;
  }

  /** Spans of steps that no rule watches, because there are 500 already. */
  get unwatched(): number {
    return this.#watches.unwatched;
  }

  /** Rules that are not `OK`. */
  *open(): Generator<Pick<Watch, 'rule' | 'step' | 'state'>> {
    for (const watch of this.#watches) if (stateOf(watch.state) !== 'OK') yield watch;
  }

  /** States for the next process. */
  remember(): Map<string, RuleState> {
    return this.#watches.states();
  }

  /** Replaces the states by those that replicas share. */
  load(states: ReadonlyMap<string, RuleState>): void {
    this.#watches.load(states);
  }

  /** Takes over what replicas saw that are gone. */
  inherit(votes: ReadonlyMap<string, Vote>): void {
    this.#watches.inherit(votes);
  }

  /** The view of this process, for the other replicas. */
  votes(): Map<string, Vote> {
    return this.#watches.votes();
  }

  /** Adds a record. @returns alerts of rules that fire at once */
  add(record: ReadRecord, measurement: Measurement, now: number): readonly Finding[] {
    this.#advanceTo(now);
    const epochMs = measurement.epochMs > now + MAX_AHEAD_MS ? now : measurement.epochMs;
    this.#watches.add(record, measurement, epochMs, this.#traces.add(record, measurement, epochMs));
    // Replicas that share their states look at them together.
    if (!measurement.isSafetyEvent || this.#parts.replicas !== undefined) return NOTHING;
    return this.#due().flatMap((watch) => this.#evaluate(watch, this.#endOf(watch, now), now) ?? []);
  }

  /** Rules that have fired wait for the timer, so that a flood of events costs no more than other records. */
  #due(): readonly Watch[] {
    return this.#watches.service.filter(({ isImmediate, state }) => isImmediate && stateOf(state) === 'OK');
  }

  /** Whether a rule is to be evaluated before its time. */
  isUrgent({ isSafetyEvent }: Measurement): boolean {
    return isSafetyEvent && this.#due().length > 0;
  }

  /** Says that the process runs. What happened while it stood still was not watched. */
  beat(now: number): void {
    const { maxGapMs = Infinity } = this.#parts;
    const isFrozen = now - this.#aliveAt > maxGapMs;
    this.#aliveAt = now;
    if (!isFrozen) return;
    this.#watchedSince = now;
    this.#watches.forgetGoodTime();
  }

  #advanceTo(now: number): void {
    this.beat(now);
    if (this.#watches.advanceTo(now)) return;
    this.#watchedSince = now;
    this.#traces = new RecentTraces();
  }

  /**
   * Evaluates every rule, one with each step of the generator, so that the caller can pause in between.
   *
   * @param isLast - no more records will come: a window does not wait until its last bucket is over
   */
  *evaluate(now: number, isLast = false): Generator<Finding | undefined, void> {
    this.#advanceTo(now);
    this.#watches.forgetSteps();
    for (const watch of this.#watches) {
      const time = this.#watches.now;
      yield this.#evaluate(watch, this.#endOf(watch, time, isLast), time);
    }
  }

  /** End of the window to read. */
  #endOf({ window, isImmediate }: Watch, now: number, isLast = false): number {
    if (isLast || isImmediate) return window.lastEnd(now) + window.bucketMs;
    return window.lastEnd(now - this.#parts.delayMs);
  }

  #evaluate(watch: Watch, end: number, now: number): Finding | undefined {
    const { rule, reader, window } = watch;
    const { aggregator, baselines, identity, owner, command, onChange, onObservation } = this.#parts;
    const cell = reader.isDaily ? aggregator.day(now) : window.read(end);
    const baseline = baselineOf(watch, baselines, end);
    const from = reader.isDaily ? dayOf(now) * DAY_MS : end - rule.windowMinutes * MINUTE_MS;
    const scores = usualScoresOf(watch, baselines, from);
    const seen = observe(watch, cell, { baseline, scores }, from >= this.#watchedSince);
    onObservation?.(rule, seen);
    const before = watch.state;
    const outcome = this.#outcome(watch, seen, now);
    watch.state = outcome.state;
    if (reader.scores !== undefined || (rule.relativeTo !== undefined && rule.baseline === undefined)) {
      this.#learn(watch, seen, cell, end);
    }
    const { level, isMissing } = watch.state;
    if (outcome.event !== undefined || level !== before.level || isMissing !== before.isMissing) onChange?.();
    const isRefreshed =
      outcome.event === undefined && seen.isEnough && level !== 'OK' && this.#isAware(watch) && this.#isOwed(watch);
    const event = isRefreshed ? 'repeated' : outcome.event;
    if (event === undefined) return undefined;
    const parts = {
      identity: identity(),
      owner,
      seen,
      outcome,
      event,
      baseline: baseline?.median,
      moved: scores === undefined ? undefined : movedOf(watch, cell, scores),
      from,
      now,
      aheadMs: this.#parts.replicas?.aheadMs ?? 0,
      traces: this.#traces,
      command,
    };
    const kind = isRefreshed ? 'refreshed' : outcome.isSent ? 'sent' : 'logged';
    return { key: watch.incidentKey, alert: makeAlert(watch, parts), rule, kind };
  }

  /** False if only other replicas see the incident. */
  #isAware({ own, state }: Watch): boolean {
    return this.#parts.replicas === undefined || own.level === state.level;
  }

  #outcome(watch: Watch, seen: Observation, now: number): Outcome {
    const { rule, state, own, incidentKey } = watch;
    const { replicas, isQuiet } = this.#parts;
    if (replicas === undefined) return advance(rule, state, seen, now, isQuiet);
    watch.own = look(rule, own, seen, now);
    const others = replicas.others(incidentKey, state.level);
    const isQuietNow: IsQuiet = (_time, severity) => isQuiet?.(now, severity) === true;
    return advanceAmong(rule, state, watch.own, others, now + replicas.aheadMs, isQuietNow);
  }

  #isOwed({ incidentKey }: Watch): boolean {
    return this.#parts.isOwed?.(incidentKey) === true;
  }

  /** Learns from each window that is over, if the rule was `OK`: an incident must not become usual. */
  #learn(watch: Watch, { value, samples, isWhole }: Observation, cell: Cell | undefined, end: number): void {
    const { rule, reader } = watch;
    if (end - watch.learnedUntil < rule.windowMinutes * MINUTE_MS) return;
    watch.learnedUntil = end;
    // A part of a window is too little of a count, and as good as a window for a share.
    if (reader.isTally && !isWhole) return;
    if (samples < rule.minSamples || stateOf(watch.state) !== 'OK') return;
    const scores = cell === undefined ? undefined : reader.scores?.(cell);
    if (scores !== undefined) this.#parts.baselines.scores.learn(watch.key, end, scores);
    else if (value !== undefined) this.#parts.baselines.learn(watch.key, end, value);
  }
}
