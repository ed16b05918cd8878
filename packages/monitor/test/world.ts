import {
  createTracer,
  parseLine,
  type SpanAttributes,
  type SpanRecord,
  type SpanType,
  type Tracer,
} from '@spanline/core';
import { memoryLog } from '@spanline/core/testing';
import { type Alert, createMonitor, type Monitor, type MonitorOptions } from '../src/index.ts';

/** A Sunday on which daylight saving time began in Europe. */
export const NOON: number = Date.parse('2026-03-29T12:00:00Z');
export const SECOND = 1000;
export const MINUTE: number = 60 * SECOND;

/** A service with a monitor, on a controlled clock. */
export interface World {
  readonly tracer: Tracer;
  readonly monitor: Monitor;
  /** All alerts, in order. */
  readonly alerts: Alert[];
  now(): number;
  /** Moves the clock, and evaluates every 15 seconds on the way. */
  pass(ms: number): void;
  /** Sets the clock without an evaluation. */
  setClock(epochMs: number): void;
  /** Serves a request of a given duration, without moving the clock. Returns its trace id. */
  serve(request?: Served): string;
  /** The alerts since the last call, as `Name event`. */
  events(): string[];
  lines(): string[];
  /** The alert lines of the log. */
  alertLines(): SpanRecord[];
}

export interface Served {
  ms?: number;
  fails?: unknown;
  step?: string;
  type?: SpanType;
  attributes?: SpanAttributes;
}

export function createWorld(
  options: Omit<MonitorOptions, 'tracer' | 'clock'> & {
    start?: number;
    enabled?: boolean;
    statsIntervalSeconds?: number;
  } = {},
): World {
  const { start = NOON, enabled = true, statsIntervalSeconds = 0, ...rest } = options;
  let now = start;
  let offset = 0;
  const log = memoryLog();
  const clock = { now: () => now + offset, monotonic: () => now + offset };
  const service = { name: 'shop', environment: 'test' };
  const tracer = createTracer({ logger: log.logger, clock, statsIntervalSeconds, enabled, service });
  const monitor = createMonitor({ evaluateEverySeconds: 3600, ...rest, tracer, clock: { now: () => now } });
  const alerts: Alert[] = [];
  let read = 0;
  monitor.onAlert((alert) => void alerts.push(alert));
  return {
    tracer,
    monitor,
    alerts,
    now: () => now,
    pass(ms) {
      for (const end = now + ms; now < end;) {
        now = Math.min(end, now + 15 * SECOND);
        monitor.evaluate();
      }
    },
    setClock: (epochMs) => void (now = epochMs),
    serve({ ms = 10, fails, step, type = 'task', attributes = {} } = {}) {
      offset = -ms;
      const root = tracer.startSpan({ name: 'POST /ask', type: 'http' });
      const span = step === undefined ? undefined : tracer.startSpan({ name: step, type, parent: root });
      (span ?? root).set(attributes);
      offset = 0;
      for (const ended of span === undefined ? [root] : [span, root]) {
        if (fails !== undefined) ended.fail(fails);
        ended.end();
      }
      return root.traceId;
    },
    events: () => {
      const fresh = alerts.slice(read);
      read = alerts.length;
      return fresh.map(({ name, event }) => `${name} ${event}`);
    },
    lines: () => log.raw(),
    alertLines: () =>
      log
        .raw()
        .map((line) => parseLine(line))
        .flatMap((parsed) => (parsed?.kind === 'alert' ? [parsed.record] : [])),
  };
}
