import type { Tracer } from '@spanline/core';
import { option, type Shape } from '@spanline/record';
import { QUIET_HOURS_SHAPE, type QuietHours } from '../evaluation/quiet-hours.ts';
import { METRICS_SHAPE, type MetricsOptions } from '../metrics/aggregator.ts';
import { rulesOption } from '../rules/shape.ts';
import type { AlertRuleInput } from '../rules/types.ts';
import { DISPATCH_SHAPE, type DispatchOptions } from './dispatcher.ts';
import { clockOption, tracerOption } from './shared-options.ts';

/** Options of `createMonitor`. */
export interface MonitorOptions extends MetricsOptions, DispatchOptions {
  /** The tracer whose spans are watched. @defaultValue `defaultTracer()` */
  tracer?: Tracer;
  /** `[]` means none. @defaultValue `DEFAULT_RULES` */
  rules?: readonly AlertRuleInput[];
  /** Hours in which warnings are held back. At their end, those that still hold are sent. @defaultValue none */
  quietHours?: QuietHours;
  /**
   * File that keeps baselines over restarts. `<file>.incidents` beside it keeps incidents and the
   * alerts that arrived. Each process needs a file of its own. @defaultValue in memory
   */
  memory?: { file: string };
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

/** Rules of {@link MonitorOptions}. */
export const MONITOR_SHAPE: Shape<MonitorOptions> = {
  ...METRICS_SHAPE,
  ...DISPATCH_SHAPE,
  tracer: tracerOption,
  rules: rulesOption,
  quietHours: option.object(QUIET_HOURS_SHAPE),
  memory: option.object({ file: option.required(option.string()) }),
  evaluateEverySeconds: option.number({ min: 1, max: 3600 }),
  evaluationDelaySeconds: option.number({ min: 0, max: 3600 }),
  command: option.callback(),
  clock: clockOption,
};
