import { defaultTracer, type SpanRecord, type Tracer } from '@spanline/core';
import { checkOptions } from '@spanline/record';
import type { Alert } from '../alerts/alert.ts';
import { Baselines } from '../evaluation/baselines.ts';
import { Evaluator, type Finding } from '../evaluation/evaluator.ts';
import { createQuietHours } from '../evaluation/quiet-hours.ts';
import { Replicas } from '../evaluation/replicas.ts';
import { stateOf } from '../evaluation/rule-state.ts';
import { Aggregator, type Metrics } from '../metrics/aggregator.ts';
import { DEFAULT_RULES } from '../rules/defaults.ts';
import { resolveRules } from '../rules/resolve.ts';
import { Dispatcher } from './dispatcher.ts';
import { EvaluationLoop } from './evaluation-loop.ts';
import { Journal } from './journal.ts';
import { grepTraces, logFileOf } from './log-file.ts';
import { MemoryKeeper, type ToKeep } from './memory-keeper.ts';
import type { Monitor, MonitorStats, OpenAlert } from './monitor-interface.ts';
import { checkMemory, MONITOR_SHAPE, type MonitorOptions } from './monitor-options.ts';
import { createOwner, instance } from './owner.ts';
import { SharedRounds } from './shared-rounds.ts';

/** A process that runs shows it at least this often. */
const BEAT_MS = 15_000;

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : 'a value that is not an Error');

class TracerMonitor implements Monitor {
  readonly #tracer: Tracer;
  readonly #clock: { now(): number };
  readonly #aggregator: Aggregator;
  readonly #evaluator: Evaluator;
  readonly #loop: EvaluationLoop;
  readonly #dispatcher: Dispatcher;
  readonly #memory: MemoryKeeper;
  readonly #rounds: SharedRounds | undefined;
  readonly #journal: Journal;
  readonly #observers = new Set<(alert: Alert) => void>();
  readonly #identity: { service: string; environment: string | undefined; readonly instance: string };
  readonly #stops: (() => void)[] = [];

  /** @param options - checked by the caller */
  constructor(options: MonitorOptions) {
    const { tracer = defaultTracer(), clock = Date, memory, command } = options;
    const { evaluateEverySeconds = 15, evaluationDelaySeconds = 10 } = options;
    this.#tracer = tracer;
    this.#clock = clock;
    const rules = resolveRules(options.rules ?? DEFAULT_RULES);
    const isQuiet = createQuietHours(options.quietHours);
    const baselines = new Baselines();
    const warn = (message: string): void => this.#warn(message);
    this.#aggregator = new Aggregator(options);
    const { store, name = '' } = memory ?? {};
    const everyMs = evaluateEverySeconds * 1000;
    this.#memory = new MemoryKeeper(memory ?? {}, { baselines, warn, read: () => this.#toKeep() });
    const { incidents, shared } = this.#memory;
    const onChange = (): void => this.#memory.changed();
    const { ledger, states: remembered, service = '', environment } = incidents ?? {};
    this.#identity = { service, environment, instance: instance() };
    const replicas = store === undefined ? undefined : new Replicas(everyMs);
    this.#journal = new Journal(store === undefined ? undefined : () => void this.#rounds?.run());
    const dispatch = { tracer, rules, options, clock, isQuiet, onChange, remembered: ledger };
    this.#dispatcher = new Dispatcher({ ...dispatch, journal: this.#journal, replica: replicas?.own });
    const logFile = logFileOf(tracer.logger) ?? 'app.ndjson';
    this.#evaluator = new Evaluator({
      rules,
      aggregator: this.#aggregator,
      baselines,
      identity: () => this.#identity,
      owner: incidents?.owner ?? (store === undefined ? createOwner() : name),
      replicas,
      command: command ?? ((traceIds) => grepTraces(logFile, traceIds)),
      isQuiet,
      isOwed: (key) => this.#dispatcher.due(key).length > 0,
      onChange,
      ...(remembered === undefined ? {} : { remembered }),
      now: clock.now(),
      delayMs: evaluationDelaySeconds * 1000,
      maxGapMs: 2 * BEAT_MS,
    });
    this.#loop = new EvaluationLoop({
      evaluate: (isLast) => this.#evaluate(isLast),
      onFinding: (finding) => this.#report(finding),
      onDone: () => {
        this.#dispatcher.catchUp();
        this.#memory.saveSometimes(clock.now());
      },
      onError: (error) => this.#warn(`the rules were not evaluated: ${messageOf(error)}`),
    });
    this.#rounds =
      shared === undefined || replicas === undefined
        ? undefined
        : new SharedRounds({
            memory: shared,
            replicas,
            evaluator: this.#evaluator,
            dispatcher: this.#dispatcher,
            journal: this.#journal,
            owner: name,
            identity: this.#identity,
            clock,
            evaluate: (isLast) => this.#loop.runInSlices(isLast),
            warn,
          });
    if (tracer.enabled) this.#start(everyMs);
  }

  #start(everyMs: number): void {
    const beats = setInterval(() => this.#evaluator.beat(this.#clock.now()), BEAT_MS).unref();
    this.#stops.push(
      () => clearInterval(beats),
      this.#rounds === undefined ? this.#loop.start(everyMs) : this.#startRounds(this.#rounds, everyMs),
      this.#tracer.onRecord((record) => this.#add(record)),
      this.#tracer.gauge('monitor_folded', () => this.#aggregator.folded),
      this.#tracer.gauge('monitor_unwatched', () => this.#evaluator.unwatched),
      this.#tracer.gauge('monitor_late', () => this.#evaluator.late),
      this.#tracer.gauge('monitor_alone', () => this.#memory.alone),
      this.#tracer.gauge('monitor_alerts_lost', () => this.#lost()),
    );
  }

  #startRounds(rounds: SharedRounds, everyMs: number): () => void {
    const timer = setInterval(() => void rounds.run({ isEvaluating: true }), everyMs).unref();
    return () => clearInterval(timer);
  }

  #evaluate(isLast: boolean): Iterator<Finding | undefined, void> {
    // The messages of the last process come before the news.
    if (this.#rounds === undefined) this.#dispatcher.resume();
    return this.#evaluator.evaluate(this.#clock.now(), isLast);
  }

  #toKeep(): ToKeep {
    return { states: this.#evaluator.remember(), ledger: this.#dispatcher.ledger, identity: this.#identity };
  }

  #warn(message: string): void {
    this.#tracer.logger.warn(`spanline: ${message}`);
  }

  #lost(): number {
    return Object.values(this.#dispatcher.stats()).reduce((sum, { lost }) => sum + lost, 0);
  }

  #add(record: Readonly<SpanRecord>): void {
    const measurement = this.#aggregator.add(record);
    if (measurement === undefined) return;
    this.#identity.service = record['service.name'] ?? '';
    this.#identity.environment = record['deployment.environment.name'];
    for (const finding of this.#evaluator.add(record, measurement, this.#clock.now())) this.#report(finding);
    if (this.#rounds !== undefined && this.#evaluator.isUrgent(measurement)) this.#rounds.soon();
  }

  #report(finding: Finding): void {
    this.#dispatcher.dispatch(finding);
    if (finding.kind !== 'refreshed') this.#journal.afterwards(() => this.#observe(finding));
  }

  #observe(finding: Finding): void {
    for (const observer of this.#observers) {
      try {
        observer(finding.alert);
      } catch (error) {
        this.#warn(`an observer of alerts threw: ${messageOf(error)}`);
      }
    }
  }

  metrics(): Metrics {
    return this.#aggregator.read();
  }

  alerts(): OpenAlert[] {
    return [...this.#evaluator.open()].map(({ rule, step, state }) => ({
      rule: rule.name,
      ...(step === undefined ? {} : { step }),
      state: stateOf(state) as OpenAlert['state'],
      since: state.since,
    }));
  }

  onAlert(observer: (alert: Alert) => void): () => void {
    this.#observers.add(observer);
    return () => void this.#observers.delete(observer);
  }

  evaluate(): void {
    if (this.#rounds === undefined) this.#loop.run();
    else void this.#rounds.run({ isEvaluating: true });
  }

  stats(): MonitorStats {
    return {
      late: this.#evaluator.late,
      unwatched: this.#evaluator.unwatched,
      alone: this.#memory.alone,
      channels: this.#dispatcher.stats(),
    };
  }

  async close(): Promise<void> {
    const stops = this.#stops.splice(0);
    for (const stop of stops) stop();
    if (stops.length > 0) {
      if (this.#rounds === undefined) this.#loop.run(true);
      else await this.#rounds.run({ isEvaluating: true, isLast: true });
    }
    await Promise.all([this.#memory.save(), this.#dispatcher.close()]);
    this.#memory.saveIncidents();
    await this.#rounds?.run({ isLeaving: true });
  }
}

/**
 * Watches the spans of a tracer, before sampling: it computes metrics, evaluates rules over sliding windows, writes an
 * alert line for each event, and sends alerts to channels. After construction it never throws into the application and
 * never makes it wait.
 *
 * With several replicas each one watches its own spans. It has incidents of its own, unless `memory.store` makes them
 * those of all.
 *
 * @example
 * ```ts
 * import { createTracer } from '@spanline/core';
 * import { CATALOG, createMonitor, DEFAULT_RULES } from '@spanline/monitor';
 *
 * const monitor = createMonitor({ tracer: createTracer(), rules: [...DEFAULT_RULES, CATALOG.stepLatency] });
 * console.log(monitor.metrics().values.latency_p95_ms);
 * await monitor.close();
 * ```
 *
 * @throws SpanlineError `ERR_INVALID_OPTION`, `ERR_INVALID_RULE`
 */
export function createMonitor(options: MonitorOptions = {}): Monitor {
  checkOptions(MONITOR_SHAPE, options);
  if (options.memory !== undefined) checkMemory(options.memory);
  return new TracerMonitor(options);
}
