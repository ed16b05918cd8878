import type { Aggregator } from '../metrics/aggregator.ts';
import type { Delta } from '../metrics/delta.ts';
import type { ReadRecord } from '../metrics/read-record.ts';
import type { ResolvedRule } from '../rules/types.ts';
import type { Baselines } from './baselines.ts';
import { type Identity, makeAlert } from './make-alert.ts';
import { observe, usualOf } from './observe.ts';
import { advance, type IsQuiet, type Observation, type RuleState, stateOf } from './state.ts';
import { RecentTraces, type TraceFacts } from './trace-facts.ts';
import type { Alert } from './types.ts';
import { createWatch, type Watch, type Windows } from './watch.ts';

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;
const MAX_STEPS = 500;
/** A record whose clock runs ahead would push the present out of the windows. */
const MOST_AHEAD_MS = 60_000;
/** A clock that is put back by no more is waited for. */
const MOST_BACK_MS = 60_000;

/** What an evaluator is made of. */
export interface EvaluatorParts {
  readonly rules: readonly ResolvedRule[];
  readonly aggregator: Aggregator;
  readonly baselines: Baselines;
  readonly identity: () => Identity;
  readonly command: (traceIds: readonly string[]) => string;
  readonly isQuiet?: IsQuiet;
  /** Of a process before this one, by {@link Evaluator.remember | key}. */
  readonly remembered?: ReadonlyMap<string, RuleState>;
  readonly now: number;
  /** How long a window waits for late records before it is read. */
  readonly delayMs: number;
}

/** An alert, and whether its rule lets it be sent. */
export interface Finding {
  readonly alert: Alert;
  readonly rule: ResolvedRule;
  readonly isSent: boolean;
}

/** What is watched of one step. */
interface Step {
  readonly windows: Windows;
  readonly watches: Watch[];
  /** When a span of it last ended. */
  seenAt: number;
}

function weigh(watch: Watch, record: ReadRecord, delta: Delta, facts: TraceFacts): void {
  const weight = watch.weigh(record, delta);
  if (weight === undefined || record.trace_id === undefined) return;
  watch.top.add(delta.epochMs, weight, record.trace_id, facts);
}

/** Evaluates rules over sliding windows of the records it is fed with. Adding a record takes constant time. */
export class Evaluator {
  readonly #parts: EvaluatorParts;
  #traces = new RecentTraces();
  readonly #ofService: Watch[];
  /** Windows of the same length are one. */
  readonly #windows: Windows = new Map();
  readonly #stepRules: readonly ResolvedRule[];
  readonly #steps = new Map<string, Step>();
  readonly #stepMemoryMs: number;
  #now: number;
  /** What was before is not known. */
  #watchedSince: number;
  /** Records that came after their window was forgotten. */
  late = 0;
  /** Steps beyond the five hundredth, which no rule watches. */
  unwatched = 0;

  constructor(parts: EvaluatorParts) {
    this.#parts = parts;
    this.#now = this.#watchedSince = parts.now;
    this.#stepRules = parts.rules.filter((rule) => rule.perStep);
    this.#stepMemoryMs = 2 * MINUTE_MS * Math.max(0, ...this.#stepRules.map(({ windowMinutes }) => windowMinutes));
    this.#ofService = parts.rules
      .filter((rule) => !rule.perStep)
      .map((rule) => this.#watch(rule, undefined, this.#windows));
  }

  #watch(rule: ResolvedRule, step: string | undefined, windows: Windows): Watch {
    return createWatch(rule, step, { windows, now: this.#now, remembered: this.#parts.remembered });
  }

  /** Rules that do not say that all is well. */
  *states(): Generator<{ rule: ResolvedRule; step: string | undefined; state: RuleState }> {
    for (const { rule, step, state } of this.#watches()) if (stateOf(state) !== 'OK') yield { rule, step, state };
  }

  /** States that a process after this one should know: of what is going on, and of what was said today. */
  remember(): Map<string, RuleState> {
    // What went on in a step that has not been seen again since the start still goes on.
    const states = new Map([...(this.#parts.remembered ?? [])].filter(([, { level }]) => level !== 'OK'));
    for (const { key, state } of this.#watches()) {
      if (state.level !== 'OK' || state.told !== 'OK' || state.messageAt !== undefined) states.set(key, state);
      else states.delete(key);
    }
    return states;
  }

  *#watches(): Generator<Watch> {
    yield* this.#ofService;
    for (const { watches } of this.#steps.values()) yield* watches;
  }

  /** Takes a record in. @returns what rules that fire at once found out */
  add(record: ReadRecord, delta: Delta, now: number): Finding[] {
    this.#follow(now);
    if (delta.epochMs > now + MOST_AHEAD_MS) delta.epochMs = now;
    for (const buckets of this.#windows.values()) if (!buckets.add(delta)) this.late++;
    const facts = this.#traces.add(record, delta);
    if (facts !== undefined) for (const watch of this.#ofService) weigh(watch, record, delta, facts);
    // The root holds every step's time: it is the service's, and no step.
    if (delta.isSpan && !delta.isRequest && this.#stepRules.length > 0) this.#addToStep(record, delta, facts);
    const isEvent = delta.adds('promptInjections') || delta.adds('safetyTriggers');
    if (!isEvent) return [];
    // What fires already waits for its turn, so that a flood of events costs no more than other spans.
    const due = this.#ofService.filter(({ isOfEvents, state }) => isOfEvents && stateOf(state) === 'OK');
    return due.flatMap((watch) => this.#evaluate(watch, this.#endOf(watch, now), now) ?? []);
  }

  #addToStep(record: ReadRecord, delta: Delta, facts: TraceFacts | undefined): void {
    const name = record['span.name'] ?? '';
    let step = this.#steps.get(name);
    if (step === undefined) {
      if (this.#steps.size >= MAX_STEPS) {
        this.unwatched++;
        return;
      }
      const windows: Windows = new Map();
      step = { windows, watches: this.#stepRules.map((rule) => this.#watch(rule, name, windows)), seenAt: 0 };
      this.#steps.set(name, step);
    }
    step.seenAt = this.#now;
    for (const buckets of step.windows.values()) buckets.add(delta);
    if (facts !== undefined) for (const watch of step.watches) weigh(watch, record, delta, facts);
  }

  /** A clock that was put back by much would leave the windows in the future, blind until it has caught up: they begin anew. */
  #follow(now: number): void {
    if (now >= this.#now) {
      this.#now = now;
      return;
    }
    if (now > this.#now - MOST_BACK_MS) return;
    this.#now = this.#watchedSince = now;
    this.#traces = new RecentTraces();
    for (const buckets of this.#windows.values()) buckets.clear();
    for (const step of this.#steps.values()) {
      step.seenAt = now;
      for (const buckets of step.windows.values()) buckets.clear();
    }
    for (const watch of this.#watches()) {
      watch.top.clear();
      watch.learnedUntil = now;
    }
  }

  /** Steps that are gone make room for new ones. */
  #forgetSteps(): void {
    for (const [name, { seenAt, watches }] of this.#steps) {
      const isGone = this.#now - seenAt > this.#stepMemoryMs;
      if (isGone && watches.every(({ state }) => stateOf(state) === 'OK')) this.#steps.delete(name);
    }
  }

  /**
   * Reads every rule's window, one with each step of the generator: with many steps of a service that is work to be done in parts.
   *
   * @param isLast - nothing comes any more: what there is counts
   */
  *evaluate(now: number, isLast = false): Generator<Finding | undefined, void> {
    this.#follow(now);
    this.#forgetSteps();
    for (const watch of this.#watches()) yield this.#evaluate(watch, this.#endOf(watch, this.#now, isLast), this.#now);
  }

  /** Where the window ends. Rules that fire on the first event do not wait for the stretch to be over. */
  #endOf(watch: Watch, now: number, isLast = false): number {
    const { buckets } = watch;
    return isLast || watch.isOfEvents
      ? buckets.lastEnd(now) + buckets.stretchMs
      : buckets.lastEnd(now - this.#parts.delayMs);
  }

  #evaluate(watch: Watch, end: number, now: number): Finding | undefined {
    const { rule, reader, buckets } = watch;
    const { aggregator, baselines, identity, command, isQuiet } = this.#parts;
    const cell = reader.isDaily ? aggregator.day(now) : buckets.read(end);
    const usual = usualOf(watch, baselines, end);
    const from = reader.isDaily ? Math.floor(now / DAY_MS) * DAY_MS : end - rule.windowMinutes * MINUTE_MS;
    const seen = observe(watch, cell, usual, from >= this.#watchedSince);
    const outcome = advance(rule, watch.state, seen, now, isQuiet);
    watch.state = outcome.state;
    if (rule.relativeTo !== undefined && rule.baseline === undefined) this.#learn(watch, seen, end);
    const { event, isSent } = outcome;
    if (event === undefined) return undefined;
    const baseline = usual?.median;
    const parts = { identity: identity(), seen, outcome, event, baseline, from, now, traces: this.#traces, command };
    return { alert: makeAlert(watch, parts), rule, isSent };
  }

  /** A window that is over, of a time when all was well, tells what is usual. */
  #learn(watch: Watch, { value, samples }: Observation, end: number): void {
    const { rule } = watch;
    if (end - watch.learnedUntil < rule.windowMinutes * MINUTE_MS) return;
    watch.learnedUntil = end;
    if (value === undefined || samples < rule.minSamples || stateOf(watch.state) !== 'OK') return;
    this.#parts.baselines.learn(watch.key, end, value);
  }
}
