import { defaultTracer, type SpanRecord, type Tracer } from '@spanline/core';
import { checkOptions } from '@spanline/record';
import type { Alert } from '../alerts/alert.ts';
import type { DeliveryStats } from '../channels/delivery.ts';
import { Baselines } from '../evaluation/baselines.ts';
import { Evaluator, type Finding } from '../evaluation/evaluator.ts';
import { IncidentFile } from '../evaluation/incident-file.ts';
import { MemoryFile } from '../evaluation/memory-file.ts';
import { createQuietHours } from '../evaluation/quiet-hours.ts';
import { stateOf } from '../evaluation/rule-state.ts';
import { Aggregator, type Metrics } from '../metrics/aggregator.ts';
import { DEFAULT_RULES } from '../rules/defaults.ts';
import { resolveRules } from '../rules/resolve.ts';
import { Dispatcher } from './dispatcher.ts';
import { EvaluationLoop } from './evaluation-loop.ts';
import { grepTraces, logFileOf } from './log-file.ts';
import { MONITOR_SHAPE, type MonitorOptions } from './monitor-options.ts';
import { createOwner, instance } from './owner.ts';

/** A rule that is not `OK`. */
export interface OpenAlert {
  rule: string;
  step?: string;
  state: 'WARNING' | 'ALERT' | 'NO_DATA';
  /** Epoch milliseconds. */
  since: number;
}

/** Counters of a monitor since its start. */
export interface MonitorStats {
  /** Records that came after their part of the window was dropped. */
  late: number;
  /** Spans of steps that no rule watches, because 500 steps are watched already. */
  unwatched: number;
  channels: Record<string, DeliveryStats>;
}

/** Watches the spans of this process. */
export interface Monitor {
  /** Metrics since the start. `metrics()` of the log written since then gives the same. */
  metrics(): Metrics;
  /** Rules that are not `OK`. */
  alerts(): OpenAlert[];
  /** Calls a function with each alert, sent or only logged. Returns a function that stops it. */
  onAlert(observer: (alert: Alert) => void): () => void;
  /** Evaluates the rules now. A timer does this every `evaluateEverySeconds`. */
  evaluate(): void;
  stats(): MonitorStats;
  /** Evaluates the rules a last time, stops watching, sends alerts that are waiting, and saves the memory. */
  close(): Promise<void>;
}

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
  readonly #memory: MemoryFile | undefined;
  readonly #incidents: IncidentFile | undefined;
  readonly #observers = new Set<(alert: Alert) => void>();
  readonly #identity: { service: string; environment: string | undefined; readonly instance: string };
  #isSaving = false;
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
    const onChange = (): void => this.#changed();
    this.#aggregator = new Aggregator(options);
    this.#memory = memory === undefined ? undefined : new MemoryFile(memory.file, baselines, warn);
    this.#incidents = memory === undefined ? undefined : new IncidentFile(`${memory.file}.incidents`, warn);
    const { ledger, states: remembered, service = '', environment } = this.#incidents ?? {};
    this.#identity = { service, environment, instance: instance() };
    this.#dispatcher = new Dispatcher({ tracer, rules, options, clock, isQuiet, onChange, remembered: ledger });
    const logFile = logFileOf(tracer.logger) ?? 'app.ndjson';
    this.#evaluator = new Evaluator({
      rules,
      aggregator: this.#aggregator,
      baselines,
      identity: () => this.#identity,
      owner: this.#incidents?.owner ?? createOwner(),
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
        this.#memory?.saveSometimes(clock.now());
      },
      onError: (error) => this.#warn(`the rules were not evaluated: ${messageOf(error)}`),
    });
    if (tracer.enabled) this.#start(evaluateEverySeconds * 1000);
  }

  #start(everyMs: number): void {
    const beats = setInterval(() => this.#evaluator.beat(this.#clock.now()), BEAT_MS).unref();
    this.#stops.push(
      () => clearInterval(beats),
      this.#loop.start(everyMs),
      this.#tracer.onRecord((record) => this.#add(record)),
      this.#tracer.gauge('monitor_folded', () => this.#aggregator.folded),
      this.#tracer.gauge('monitor_unwatched', () => this.#evaluator.unwatched),
      this.#tracer.gauge('monitor_late', () => this.#evaluator.late),
      this.#tracer.gauge('monitor_alerts_lost', () => this.#lost()),
    );
  }

  #evaluate(isLast: boolean): Iterator<Finding | undefined, void> {
    // The messages of the last process come before the news.
    this.#dispatcher.resume();
    return this.#evaluator.evaluate(this.#clock.now(), isLast);
  }

  /** Saves changes of the same moment at once, and before their messages are sent. */
  #changed(): void {
    if (this.#incidents === undefined || this.#isSaving) return;
    this.#isSaving = true;
    void Promise.resolve().then(() => this.#save());
  }

  #save(): void {
    this.#isSaving = false;
    this.#incidents?.write(this.#evaluator.remember(), this.#dispatcher.ledger, this.#identity);
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
  }

  #report(finding: Finding): void {
    this.#dispatcher.dispatch(finding);
    if (finding.kind === 'refreshed') return;
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
    this.#loop.run();
  }

  stats(): MonitorStats {
    return {
      late: this.#evaluator.late,
      unwatched: this.#evaluator.unwatched,
      channels: this.#dispatcher.stats(),
    };
  }

  async close(): Promise<void> {
    const stops = this.#stops.splice(0);
    for (const stop of stops) stop();
    if (stops.length > 0) this.#loop.run(true);
    await Promise.all([this.#memory?.save(), this.#dispatcher.close()]);
    this.#save();
  }
}

/**
 * Watches the spans of a tracer, before sampling: it computes metrics, evaluates rules over sliding windows, writes an
 * alert line for each event, and sends alerts to channels. After construction it never throws into the application and
 * never makes it wait.
 *
 * With several replicas each one watches its own spans, and has incidents of its own.
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
  return new TracerMonitor(options);
}
