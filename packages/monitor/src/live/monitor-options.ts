import type { Tracer } from '@spanline/core';
import { option, type Shape, SpanlineError } from '@spanline/record';
import type { AlertStore } from '../alerts/alert-store.ts';
import { QUIET_HOURS_SHAPE, type QuietHours } from '../evaluation/quiet-hours.ts';
import { METRICS_SHAPE, type MetricsOptions } from '../metrics/aggregator.ts';
import { rulesOption } from '../rules/shape.ts';
import type { AlertRuleInput } from '../rules/types.ts';
import { DISPATCH_SHAPE, type DispatchOptions } from './dispatch-options.ts';
import { clockOption, tracerOption } from './shared-options.ts';

/** Where a monitor keeps what outlives its process. One of `file` and `store` is needed. */
export interface MonitorMemory {
  /**
   * File that keeps baselines. Without a `store`, `<file>.incidents` beside it keeps incidents and the alerts that
   * arrived. Each process needs a file of its own.
   */
  file?: string;
  /**
   * Keeps the incidents of all replicas of a service: they have them in common, and one of them sends each alert. Needs
   * `name`.
   */
  store?: AlertStore;
  /** Name of the service in the `store`. Its replicas use the same, other services another one. */
  name?: string;
}

/** Options of `createMonitor`. */
export interface MonitorOptions extends MetricsOptions, DispatchOptions {
  /** The tracer whose spans are watched. @defaultValue `defaultTracer()` */
  tracer?: Tracer;
  /** `[]` means none. @defaultValue `DEFAULT_RULES` */
  rules?: readonly AlertRuleInput[];
  /** Hours in which warnings are held back. At their end, those that still hold are sent. @defaultValue none */
  quietHours?: QuietHours;
  /** Keeps baselines and incidents over restarts, or for all replicas. @defaultValue none: they end with the process */
  memory?: MonitorMemory;
  /** 1 to 3600. @defaultValue 15 */
  evaluateEverySeconds?: number;
  /** Time that a window waits for late records before it is read, 0 to 3600. @defaultValue 10 */
  evaluationDelaySeconds?: number;
  /**
   * Makes the command of an alert, which opens its traces.
   *
   * @defaultValue a `grep` for the trace ids in the log file; in `app.ndjson` if the logger does not write to a file
   */
  command?: (traceIds: readonly string[]) => string;
  /** Source of the time, in epoch milliseconds; for tests. @defaultValue the system's clock */
  clock?: { now(): number };
}

const store = option.like<AlertStore>('an object { read, replace }', (value) => {
  const { read, replace } = (value ?? {}) as Partial<AlertStore>;
  return typeof read === 'function' && typeof replace === 'function';
});

/** @throws SpanlineError `ERR_INVALID_OPTION` for a memory that keeps nothing, or a store without a name */
export function checkMemory({ file, store: shared, name }: MonitorMemory): void {
  const fail = (which: string, expected: string, got: unknown): never => {
    throw new SpanlineError({ code: 'ERR_INVALID_OPTION', option: `memory.${which}`, expected, got });
  };
  if (file === undefined && shared === undefined) fail('file', 'a path, unless there is a `store`', file);
  if (shared !== undefined && name === undefined) fail('name', 'the name that the replicas have in common', name);
}

/** Rules of {@link MonitorOptions}. */
export const MONITOR_SHAPE: Shape<MonitorOptions> = {
  ...METRICS_SHAPE,
  ...DISPATCH_SHAPE,
  tracer: tracerOption,
  rules: rulesOption,
  quietHours: option.object(QUIET_HOURS_SHAPE),
  memory: option.object({ file: option.string(), store, name: option.string() }),
  evaluateEverySeconds: option.number({ min: 1, max: 3600 }),
  evaluationDelaySeconds: option.number({ min: 0, max: 3600 }),
  command: option.callback(),
  clock: clockOption,
};
