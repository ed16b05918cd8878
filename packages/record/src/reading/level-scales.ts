/**
 * Names and numbers of levels.
 *
 * The levels of syslog, Zap, Log4j and .NET follow the table of the OpenTelemetry log data model (appendix B): critical
 * and alert are errors in syslog and Google Cloud, fatal elsewhere.
 */

import { lazy } from '../values/lazy.ts';

export type Level = 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'fatal';
/** Levels and the smallest number of each, ascending. `undefined` is above the scale. */
export type Scale = readonly (readonly [number, Level | undefined])[];

export const TEXTS = lazy(
  (): ReadonlyMap<string, Level> =>
    new Map(
      Object.entries<readonly string[]>({
        trace: ['trace', 'trc', 't', 'silly', 'finest', 'finer', 'all'],
        debug: ['debug', 'dbg', 'dbug', 'd', 'fine', 'config', 'verbose', 'http'],
        info: [
          'info',
          'inf',
          'i',
          'information',
          'informational',
          'notice',
          'note',
          'system',
          'log',
          'default',
          'success',
          'mark',
        ],
        warn: ['warn', 'warning', 'wrn', 'w'],
        error: ['error', 'err', 'eror', 'erro', 'e', 'severe', 'crit', 'alert', 'dpanic'],
        fatal: ['fatal', 'ftl', 'f', 'critical', 'emerg', 'emergency', 'panic', 'fault'],
      }).flatMap(([level, texts]) => texts.map((text): [string, Level] => [text, level as Level])),
    ),
);

/** pino and bunyan. A smaller number is `trace`. */
export const PINO: Scale = [
  [10, 'trace'],
  [20, 'debug'],
  [30, 'info'],
  [40, 'warn'],
  [50, 'error'],
  [60, 'fatal'],
];
/** Smaller numbers are `trace`. */
export const PYTHON: Scale = [
  [0, 'trace'],
  [10, 'debug'],
  [20, 'info'],
  [30, 'warn'],
  [40, 'error'],
  [50, 'fatal'],
];
export const OTEL: Scale = [
  [1, 'trace'],
  [5, 'debug'],
  [9, 'info'],
  [13, 'warn'],
  [17, 'error'],
  [21, 'fatal'],
  [25, undefined],
];
export const LOGBACK: Scale = [
  [5000, 'trace'],
  [10_000, 'debug'],
  [20_000, 'info'],
  [30_000, 'warn'],
  [40_000, 'error'],
];
export const GOOGLE: Scale = [
  [100, 'debug'],
  [200, 'info'],
  [400, 'warn'],
  [500, 'error'],
  [800, 'fatal'],
];
/** RFC 5424 with Monolog's numbers. */
export const MONOLOG: Scale = [
  [100, 'debug'],
  [200, 'info'],
  [300, 'warn'],
  [400, 'error'],
  [600, 'fatal'],
  [601, undefined],
];
/** RFC 5424, from 0 (emergency) to 7 (debug). */
export const SYSLOG: Scale = [
  [0, 'fatal'],
  [1, 'error'],
  [4, 'warn'],
  [5, 'info'],
  [7, 'debug'],
];
/** consola: fatal errors have the number of errors, and a type of their own. */
export const CONSOLA: Scale = [
  [0, 'error'],
  [1, 'warn'],
  [2, 'info'],
  [4, 'debug'],
  [5, 'trace'],
  [6, undefined],
];
/** Semantic Logger of Ruby. */
export const SEMANTIC_LOGGER: Scale = [
  [0, 'trace'],
  [1, 'debug'],
  [2, 'info'],
  [3, 'warn'],
  [4, 'error'],
  [5, 'fatal'],
  [6, undefined],
];
/** Verbosity of Kubernetes' logs: more is less important. */
export const KLOG: Scale = [
  [0, 'info'],
  [4, 'debug'],
  [5, 'trace'],
];

/** The level of a number; `undefined` for one outside the scale. */
export const levelAt = (scale: Scale, number: number): Level | undefined =>
  scale.findLast(([from]) => from <= number)?.[1];
