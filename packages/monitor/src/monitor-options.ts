import { SpanlineError, type Tracer } from '@spanline/core';
import type { DispatchOptions } from './alerting/dispatcher.ts';
import type { QuietHours } from './alerting/quiet-hours.ts';
import type { MetricsOptions } from './metrics/aggregator.ts';
import { optionsOf } from './options.ts';
import type { AlertRuleInput } from './rules/types.ts';

/** Options of `createMonitor`. */
export interface MonitorOptions extends MetricsOptions, DispatchOptions {
  /** @defaultValue `defaultTracer()` */
  tracer?: Tracer;
  /** `[]` means none. @defaultValue `DEFAULT_RULES` */
  rules?: readonly AlertRuleInput[];
  /** Warnings are not sent in these hours; what is still so at their end is sent then. @defaultValue none */
  quietHours?: QuietHours;
  /** Keeps over restarts what was learned, and what was firing. One file for each process. @defaultValue in memory */
  memory?: { file: string };
  /** @defaultValue 15 */
  evaluateEverySeconds?: number;
  /** How long a window waits for late records before it is read. @defaultValue 10 */
  evaluationDelaySeconds?: number;
  /** The command that opens traces, for the alert. @defaultValue a `grep` for their ids in the file that the tracer's logger writes to; in `app.ndjson` where it writes to none */
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
  'memory',
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
  for (const key of Object.keys(optionsOf(options))) {
    if (!OPTIONS.has(key)) fail(key, `a known option (${[...OPTIONS].join(', ')})`, 'an unknown one');
  }
  const { command, memory, clock } = options;
  if (command !== undefined && typeof command !== 'function') fail('command', 'a function', command);
  if (clock !== undefined && typeof clock.now !== 'function') fail('clock', '{ now() }', clock);
  const file: unknown = memory?.file;
  if (memory !== undefined && (typeof file !== 'string' || file === '')) fail('memory.file', 'a path', file);
}
