import { createHash } from 'node:crypto';
import type { SpanRecord } from '@spanline/core';
import { type MetricReader, metricReader } from '../metrics/catalogue.ts';
import type { Aggregator } from '../metrics/aggregator.ts';
import type { Cell } from '../metrics/cell.ts';
import type { Delta } from '../metrics/delta.ts';
import { breaks } from '../rules/check.ts';
import type { ResolvedRule } from '../rules/types.ts';
import { describeAlert } from './alert-text.ts';
import type { Baselines, Usual } from './baselines.ts';
import { Buckets } from './buckets.ts';
import { likelyCauses } from './causes.ts';
import { advance, initialState, type Observation, type RuleState } from './state.ts';
import { TopTraces, type Weigh, weigherOf, weighsValues } from './top-traces.ts';
import { RecentTraces } from './trace-facts.ts';
import type { Alert } from './types.ts';

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;
const STRETCH_MS = 15_000;
const MOST_STRETCHES = 60;
/** Steps are many: their windows are made of fewer stretches. */
const MOST_STEP_STRETCHES = 15;
const MAX_STEPS = 500;
const MAX_TRACE_IDS = 5;
/** A clock that runs ahead would push the present out of the windows. */
const MOST_AHEAD_MS = 60_000;
const EVENT_METRICS: ReadonlySet<string> = new Set(['prompt_injections', 'safety_triggers']);

/** Who the alerts are about. */
export interface Identity {
  readonly service: string;
  readonly environment: string | undefined;
}

/** What an evaluator is made of. */
export interface EvaluatorParts {
  readonly rules: readonly ResolvedRule[];
  readonly aggregator: Aggregator;
  readonly baselines: Baselines;
  readonly identity: () => Identity;
  readonly command: (traceIds: readonly string[]) => string;
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

/** One rule, for the whole service or for one step. */
interface Watch {
  readonly rule: ResolvedRule;
  readonly reader: MetricReader;
  readonly step: string | undefined;
  readonly buckets: Buckets;
  readonly weigh: Weigh;
  readonly top: TopTraces;
  state: RuleState;
  learnedUntil: number;
}

function isOfEvents({ rule }: Watch): boolean {
  return EVENT_METRICS.has(rule.metric);
}

function createBuckets(rule: ResolvedRule): Buckets {
  const windowMs = rule.windowMinutes * MINUTE_MS;
  const most = rule.perStep ? MOST_STEP_STRETCHES : MOST_STRETCHES;
  const stretches = Math.min(most, Math.max(1, Math.ceil(windowMs / STRETCH_MS)));
  return new Buckets(windowMs, stretches, rule.perStep ? 'spans' : 'requests');
}

/** Evaluates rules over sliding windows of the records it is fed with. Adding a record takes constant time. */
export class Evaluator {
  readonly #parts: EvaluatorParts;
  readonly #traces = new RecentTraces();
  readonly #ofService: Watch[];
  /** Windows of the same length are one. */
  readonly #windows = new Map<number, Buckets>();
  readonly #stepRules: readonly ResolvedRule[];
  readonly #steps = new Map<string, { windows: Map<number, Buckets>; watches: Watch[] }>();
  #now: number;
  /** Records that came after their window was forgotten. */
  late = 0;
  /** Steps beyond the five hundredth, which no rule watches. */
  unwatched = 0;

  constructor(parts: EvaluatorParts) {
    this.#parts = parts;
    this.#now = parts.now;
    this.#stepRules = parts.rules.filter((rule) => rule.perStep);
    this.#ofService = parts.rules
      .filter((rule) => !rule.perStep)
      .map((rule) => this.#watch(rule, undefined, this.#windows));
  }

  #watch(rule: ResolvedRule, step: string | undefined, windows: Map<number, Buckets>): Watch {
    let buckets = windows.get(rule.windowMinutes);
    if (buckets === undefined) windows.set(rule.windowMinutes, (buckets = createBuckets(rule)));
    const reader = metricReader(rule.metric);
    if (reader === undefined) throw new TypeError(`no metric ${rule.metric}`);
    return {
      rule,
      reader,
      step,
      buckets,
      weigh: weigherOf(rule.metric, rule.perStep),
      top: new TopTraces(reader.isDaily ? DAY_MS : rule.windowMinutes * MINUTE_MS),
      state: initialState(this.#now),
      learnedUntil: this.#now,
    };
  }

  /** Rules that do not say that all is well. */
  *states(): Generator<{ rule: ResolvedRule; step: string | undefined; state: RuleState }> {
    for (const { rule, step, state } of this.#watches()) if (state.state !== 'OK') yield { rule, step, state };
  }

  *#watches(): Generator<Watch> {
    yield* this.#ofService;
    for (const { watches } of this.#steps.values()) yield* watches;
  }

  /** Takes a record in. @returns what rules that fire at once found out */
  add(record: Readonly<SpanRecord>, delta: Delta, now: number): Finding[] {
    if (delta.epochMs > now + MOST_AHEAD_MS) delta.epochMs = now;
    for (const buckets of this.#windows.values()) if (!buckets.add(delta)) this.late++;
    this.#traces.add(record, delta.epochMs);
    for (const watch of this.#ofService) this.#weigh(watch, record, delta);
    // The root holds every step's time: it is the service's, and no step.
    if (delta.isSpan && !delta.isRequest && this.#stepRules.length > 0) this.#addToStep(record, delta);
    const isEvent = delta.adds('promptInjections') || delta.adds('safetyTriggers');
    if (!isEvent) return [];
    const due = this.#ofService.filter(isOfEvents);
    return due.flatMap((watch) => this.#evaluate(watch, this.#endOf(watch, now), now));
  }

  #weigh({ weigh, top }: Watch, record: Readonly<SpanRecord>, delta: Delta): void {
    const weight = weigh(record, delta);
    if (weight !== undefined && record.trace_id !== undefined) top.add(delta.epochMs, weight, record.trace_id);
  }

  #addToStep(record: Readonly<SpanRecord>, delta: Delta): void {
    const name = record['span.name'] ?? '';
    let step = this.#steps.get(name);
    if (step === undefined) {
      if (this.#steps.size >= MAX_STEPS) {
        this.unwatched++;
        return;
      }
      const windows = new Map<number, Buckets>();
      step = { windows, watches: this.#stepRules.map((rule) => this.#watch(rule, name, windows)) };
      this.#steps.set(name, step);
    }
    for (const buckets of step.windows.values()) buckets.add(delta);
    for (const watch of step.watches) this.#weigh(watch, record, delta);
  }

  /**
   * Reads every rule's window. A clock that was put back is waited for.
   *
   * @param isLast - nothing comes any more: what there is counts
   */
  evaluate(now: number, isLast = false): Finding[] {
    this.#now = Math.max(this.#now, now);
    const findings: Finding[] = [];
    for (const watch of this.#watches()) {
      findings.push(...this.#evaluate(watch, this.#endOf(watch, this.#now, isLast), this.#now));
    }
    return findings;
  }

  /** Where the window ends. Rules that fire on the first event do not wait for the stretch to be over. */
  #endOf(watch: Watch, now: number, isLast = false): number {
    const { buckets } = watch;
    return isLast || isOfEvents(watch)
      ? buckets.lastEnd(now) + buckets.stretchMs
      : buckets.lastEnd(now - this.#parts.delayMs);
  }

  #key({ rule, step }: Watch): string {
    return step === undefined ? rule.name : `${rule.name} ${step}`;
  }

  #usual(watch: Watch, end: number): Usual | undefined {
    const { baseline, relativeTo } = watch.rule;
    if (relativeTo === undefined) return undefined;
    if (baseline !== undefined) return { median: baseline, deviation: 0, values: 0 };
    return this.#parts.baselines.usual(this.#key(watch), end);
  }

  #evaluate(watch: Watch, end: number, now: number): Finding[] {
    const { rule, reader } = watch;
    const isDaily = reader.isDaily;
    const cell = isDaily ? this.#parts.aggregator.day(now) : watch.buckets.read(end);
    const usual = this.#usual(watch, end);
    const seen = observe(rule, reader, cell, usual);
    const outcome = advance(rule, watch.state, seen, now);
    watch.state = outcome.state;
    if (rule.relativeTo !== undefined && rule.baseline === undefined) this.#learn(watch, seen, end);
    if (outcome.event === undefined) return [];
    const from = isDaily ? Math.floor(now / DAY_MS) * DAY_MS : end - rule.windowMinutes * MINUTE_MS;
    const alert = this.#alert(watch, seen, { from, now, usual, event: outcome.event, suppressed: outcome.suppressed });
    return [{ alert, rule, isSent: outcome.isSent }];
  }

  /** A window that is over, of a time when all was well, tells what is usual. */
  #learn(watch: Watch, { value, samples, threshold }: Observation, end: number): void {
    const { rule } = watch;
    if (end - watch.learnedUntil < rule.windowMinutes * MINUTE_MS) return;
    watch.learnedUntil = end;
    if (value === undefined || samples < rule.minSamples || watch.state.state !== 'OK') return;
    if (threshold !== undefined && breaks(value, rule.comparison, threshold)) return;
    this.#parts.baselines.learn(this.#key(watch), end, value);
  }

  #alert(
    watch: Watch,
    { value, samples, threshold }: Observation,
    given: { from: number; now: number; usual: Usual | undefined; event: Alert['event']; suppressed: number },
  ): Alert {
    const { rule, step, state, top } = watch;
    const { service, environment } = this.#parts.identity();
    const { from, now, event, suppressed } = given;
    const limit = weighsValues(rule.metric) ? threshold : undefined;
    const traceIds = event === 'recovered' || event === 'no_data' ? [] : top.since(from, MAX_TRACE_IDS, limit);
    const key = createHash('sha256')
      .update(JSON.stringify([service, environment, rule.name, step]))
      .digest('hex')
      .slice(0, 32);
    const facts = {
      key,
      name: rule.name,
      event,
      state: state.state,
      severity: state.state === 'WARNING' ? ('warning' as const) : rule.severity,
      metric: rule.metric,
      value: samples >= rule.minSamples ? value : undefined,
      threshold: threshold ?? rule.threshold,
      comparison: rule.comparison,
      baseline: given.usual?.median,
      step,
      windowMinutes: rule.windowMinutes,
      samples,
      traceIds,
      causes: traceIds.length === 0 ? [] : likelyCauses(this.#traces, { metric: rule.metric, step, traceIds, from }),
      command: traceIds.length === 0 ? '' : this.#parts.command(traceIds),
      at: now,
      since: state.since,
      suppressed,
      service,
      environment,
    };
    return { ...facts, message: describeAlert(facts) };
  }
}

/** A threshold in the metric's unit. */
function scaled(rule: ResolvedRule, threshold: number | undefined, usual: Usual | undefined): number | undefined {
  if (threshold === undefined || rule.relativeTo === undefined) return threshold;
  // A multiple of nothing is nothing.
  if (usual === undefined || (rule.relativeTo === 'baseline' && usual.median === 0)) return undefined;
  if (rule.relativeTo === 'baseline') return threshold * usual.median;
  const isUpward = rule.comparison === 'gt' || rule.comparison === 'gte';
  return usual.median + (isUpward ? threshold : -threshold) * usual.deviation;
}

function observe(
  rule: ResolvedRule,
  reader: MetricReader,
  cell: Cell | undefined,
  usual: Usual | undefined,
): Observation {
  return {
    value: cell === undefined ? undefined : reader.read(cell),
    samples: cell === undefined ? 0 : reader.samples(cell),
    threshold: scaled(rule, rule.threshold, usual),
    warningThreshold: scaled(rule, rule.warningThreshold, usual),
    recoveryThreshold: scaled(rule, rule.recoveryThreshold, usual),
  };
}
