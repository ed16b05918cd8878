import type { SpanRecord, Tracer } from '@spanline/core';
import { Baselines } from './alerting/baselines.ts';
import type { DeliveryStats } from './alerting/delivery.ts';
import { Dispatcher } from './alerting/dispatcher.ts';
import { Evaluator, type Finding } from './alerting/evaluator.ts';
import type { Identity } from './alerting/make-alert.ts';
import { MemoryFile } from './alerting/memory-file.ts';
import { createQuietHours } from './alerting/quiet-hours.ts';
import { stateOf } from './alerting/state.ts';
import type { Alert } from './alerting/types.ts';
import { grepTraces, logFileOf } from './log-file.ts';
import { Aggregator, type Metrics } from './metrics/aggregator.ts';
import { checkOptions, milliseconds, type MonitorOptions } from './monitor-options.ts';
import { tracerOf } from './options.ts';
import { DEFAULT_RULES } from './rules/defaults.ts';
import { resolveRules } from './rules/resolve.ts';

/** A rule that does not say that all is well. */
export interface OpenAlert {
  rule: string;
  step?: string;
  state: 'WARNING' | 'ALERT' | 'NO_DATA';
  /** Epoch milliseconds. */
  since: number;
}

/** Counters of a monitor since its start. */
export interface MonitorStats {
  /** Records that came after their window was forgotten. */
  late: number;
  /** Spans of steps beyond the five hundredth, which no rule watches. */
  unwatched: number;
  channels: Record<string, DeliveryStats>;
}

/** Watches the spans of this process. */
export interface Monitor {
  /** The numbers since the start; the same as `metrics()` of the log written meanwhile. */
  metrics(): Metrics;
  /** Rules that do not say that all is well. */
  alerts(): OpenAlert[];
  /** Observes alerts, those that are logged only included. Returns how to stop. */
  onAlert(observer: (alert: Alert) => void): () => void;
  /** Evaluates the rules now; a timer does it every `evaluateEverySeconds`. */
  evaluate(): void;
  stats(): MonitorStats;
  /** Evaluates the rules a last time, up to this moment; stops watching, keeps what was learned, and sends what waits. */
  close(): Promise<void>;
}

/** The application has its turn after so long. */
const SLICE_MS = 2;

/** The monitor; {@link createMonitor} makes it. */
class TracerMonitor implements Monitor {
  readonly #tracer: Tracer;
  readonly #clock: { now(): number };
  readonly #aggregator: Aggregator;
  readonly #evaluator: Evaluator;
  readonly #dispatcher: Dispatcher;
  readonly #file: MemoryFile | undefined;
  readonly #observers = new Set<(alert: Alert) => void>();
  readonly #identity: { service: string; environment: string | undefined } = { service: '', environment: undefined };
  readonly #stop: (() => void)[] = [];
  #turn: Generator<Finding | undefined, void> | undefined;

  constructor(options: MonitorOptions) {
    checkOptions(options);
    const { clock = Date } = options;
    const tracer = tracerOf(options.tracer);
    this.#tracer = tracer;
    this.#clock = clock;
    const rules = resolveRules(options.rules ?? DEFAULT_RULES);
    const everyMs = milliseconds('evaluateEverySeconds', options.evaluateEverySeconds ?? 15, 1);
    const delayMs = milliseconds('evaluationDelaySeconds', options.evaluationDelaySeconds ?? 10, 0);
    this.#aggregator = new Aggregator(options);
    this.#dispatcher = new Dispatcher(tracer, rules, options);
    const baselines = new Baselines();
    this.#file =
      options.memory === undefined
        ? undefined
        : new MemoryFile(options.memory.file, baselines, (message) => this.#complain(message));
    const logFile = logFileOf(tracer.logger) ?? 'app.ndjson';
    this.#evaluator = new Evaluator({
      rules,
      aggregator: this.#aggregator,
      baselines,
      identity: (): Identity => this.#identity,
      command: options.command ?? ((traceIds) => grepTraces(logFile, traceIds)),
      isQuiet: createQuietHours(options.quietHours),
      ...(this.#file === undefined ? {} : { remembered: this.#file.states }),
      now: clock.now(),
      delayMs,
    });
    if (!tracer.enabled) return;
    const timer = setInterval(() => this.#begin(), everyMs).unref();
    this.#stop.push(
      () => clearInterval(timer),
      tracer.onRecord((record) => this.#add(record)),
      tracer.gauge('monitor_folded', () => this.#aggregator.folded),
      tracer.gauge('monitor_unwatched', () => this.#evaluator.unwatched),
      tracer.gauge('monitor_late', () => this.#evaluator.late),
      tracer.gauge('monitor_alerts_lost', () => this.#lost()),
    );
  }

  #complain(message: string): void {
    this.#tracer.logger.warn(`spanline: ${message}`);
  }

  #lost(): number {
    return Object.values(this.#dispatcher.stats()).reduce((sum, { lost }) => sum + lost, 0);
  }

  #add(record: Readonly<SpanRecord>): void {
    const delta = this.#aggregator.add(record);
    if (delta === undefined) return;
    this.#identity.service = record['service.name'] ?? '';
    this.#identity.environment = record['deployment.environment.name'];
    for (const finding of this.#evaluator.add(record, delta, this.#clock.now())) this.#tell(finding);
  }

  #tell(finding: Finding): void {
    this.#dispatcher.tell(finding);
    for (const observer of this.#observers) {
      try {
        observer(finding.alert);
      } catch (error) {
        this.#complain(`an observer of alerts threw: ${error instanceof Error ? error.message : 'something'}`);
      }
    }
  }

  metrics(): Metrics {
    return this.#aggregator.read();
  }

  alerts(): OpenAlert[] {
    return [...this.#evaluator.states()].map(({ rule, step, state }) => ({
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
    this.#work(this.#evaluator.evaluate(this.#clock.now()), Infinity);
  }

  /** Evaluates in slices, so that nobody waits for the steps of a large service. */
  #begin(): void {
    if (this.#turn !== undefined) return;
    this.#turn = this.#evaluator.evaluate(this.#clock.now());
    this.#goOn();
  }

  #goOn(): void {
    if (this.#turn === undefined) return;
    if (this.#work(this.#turn, SLICE_MS)) this.#turn = undefined;
    else setImmediate(() => this.#goOn()).unref();
  }

  /** @returns true when it is done */
  #work(findings: Generator<Finding | undefined, void>, forMs: number): boolean {
    const until = performance.now() + forMs;
    try {
      for (let next = findings.next(); next.done !== true; next = findings.next()) {
        if (next.value !== undefined) this.#tell(next.value);
        if (performance.now() > until) return false;
      }
      this.#file?.saveSometimes(this.#clock.now(), () => this.#evaluator.remember());
    } catch (error) {
      this.#complain(
        `the rules were not evaluated: ${error instanceof Error ? error.message : 'something was thrown'}`,
      );
    }
    return true;
  }

  stats(): MonitorStats {
    return {
      late: this.#evaluator.late,
      unwatched: this.#evaluator.unwatched,
      channels: this.#dispatcher.stats(),
    };
  }

  async close(): Promise<void> {
    const stops = this.#stop.splice(0);
    for (const stop of stops) stop();
    this.#turn = undefined;
    if (stops.length > 0) this.#work(this.#evaluator.evaluate(this.#clock.now(), true), Infinity);
    await Promise.all([this.#file?.save(this.#evaluator.remember()), this.#dispatcher.close()]);
  }
}

/**
 * Watches the spans of a tracer, before sampling: their metrics, and rules over sliding windows that write an alert line and tell channels. Nothing of it throws or waits in the application.
 *
 * With several replicas each watches its own spans, and each fires for itself; the alert's `key` is the same on all of them, so that a pager makes one incident of it.
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
  return new TracerMonitor(options);
}
