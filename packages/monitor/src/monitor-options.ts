import { SpanlineError, type Tracer } from '@spanline/core';
import type { DispatchOptions } from './alerting/dispatcher.ts';
import type { MetricsOptions } from './metrics/aggregator.ts';
import type { AlertRule } from './rules/types.ts';

/** Options of `createMonitor`. */
export interface MonitorOptions extends MetricsOptions, DispatchOptions {
  /** @defaultValue `defaultTracer()` */
  tracer?: Tracer;
  /** `[]` means none. @defaultValue `DEFAULT_RULES` */
  rules?: readonly AlertRule[];
  /** Keeps what was learned over restarts. @defaultValue in memory */
  baselines?: { file: string };
  /** @defaultValue 15 */
  evaluateEverySeconds?: number;
  /** How long a window waits for late records before it is read. @defaultValue 10 */
  evaluationDelaySeconds?: number;
  /** The command that opens traces, for the alert. @defaultValue a `grep` for their ids in `app.ndjson` */
  command?: (traceIds: readonly string[]) => string;
  /** Epoch milliseconds; tests set it. @defaultValue the system's clock */
  clock?: { now(): number };
}

/** Seconds in milliseconds. @throws SpanlineError `ERR_INVALID_OPTION` */
export function milliseconds(option: string, value: unknown, least: number): number {
  if (typeof value === 'number' && value >= least && value <= 3600) return value * 1000;
  const expected = `seconds, ${least} to 3600`;
  throw new SpanlineError({ code: 'ERR_INVALID_OPTION', option, expected, got: value });
}

const OPTIONS: ReadonlySet<string> = new Set<keyof MonitorOptions>([
  'tracer',
  'rules',
  'channels',
  'routes',
  'quietHours',
  'digestSeconds',
  'baselines',
  'by',
  'maxPerDimension',
  'evaluateEverySeconds',
  'evaluationDelaySeconds',
  'command',
  'clock',
]);

/** @throws SpanlineError `ERR_INVALID_OPTION` */
export function checkOptions(options: MonitorOptions): void {
  const fail = (option: string, expected: string, got: unknown): never => {
    throw new SpanlineError({ code: 'ERR_INVALID_OPTION', option, expected, got });
  };
  if (typeof options !== 'object' || options === null) fail('options', 'an object', options);
  for (const key of Object.keys(options)) {
    if (!OPTIONS.has(key)) fail(key, `a known option (${[...OPTIONS].join(', ')})`, 'an unknown one');
  }
  const { command, baselines, clock } = options;
  if (command !== undefined && typeof command !== 'function') fail('command', 'a function', command);
  if (clock !== undefined && typeof clock.now !== 'function') fail('clock', '{ now() }', clock);
  const file: unknown = baselines?.file;
  if (baselines !== undefined && (typeof file !== 'string' || file === '')) fail('baselines.file', 'a path', file);
}
