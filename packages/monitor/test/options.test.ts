import { describe, expect, it } from 'vitest';
import { createTracer } from '@spanline/core';
import { memoryLog } from '@spanline/core/testing';
import {
  backtest,
  budget,
  checkMetrics,
  createMonitor,
  email,
  formatBacktest,
  genAiMetrics,
  learnBaselines,
  metrics,
  metricsHandler,
  pagerDuty,
  slack,
  webhook,
} from '../src/index.ts';

const RULE = { name: 'Slow', metric: 'latency_p95_ms', threshold: 1000, comparison: 'gt' };
const URL = 'https://example.com/sesame';
const tracer = createTracer({ logger: memoryLog().logger, statsIntervalSeconds: 0 });

/** The message of the error that options cause, without its code. */
async function messageOf(make: (given: never) => unknown, given: unknown): Promise<string> {
  try {
    await make(given as never);
  } catch (error) {
    return (error as Error).message.replace(/^ERR_INVALID_(?:OPTION|RULE): /, '');
  }
  return 'accepted';
}

const CASES: [make: (given: never) => unknown, given: object, message: string][] = [
  [createMonitor, { tracer, rule: [] }, 'unknown option "rule"; did you mean "rules"? (expected one of '],
  [createMonitor, { tracer, digestSeconds: '5' }, 'digestSeconds must be a number from 0 to 86400, got "5"'],
  [createMonitor, { tracer, evaluateEverySeconds: 0 }, 'evaluateEverySeconds must be a number from 1 to 3600, got 0'],
  [createMonitor, { tracer, maxPerDimension: 0.5 }, 'maxPerDimension must be an integer of at least 1, got 0.5'],
  [createMonitor, { tracer, by: Array(17).fill('step') }, 'by must be an array of at most 16 dimensions'],
  [
    createMonitor,
    { tracer, memory: { path: 'x' } },
    'unknown option "memory.path" (expected one of file, store, name)',
  ],
  [createMonitor, { tracer, memory: 'x' }, 'memory must be an object, got "x"'],
  [
    createMonitor,
    { tracer, quietHours: { form: '22:00', to: '07:00' } },
    'unknown option "quietHours.form"; did you mean "quietHours.from"?',
  ],
  [
    createMonitor,
    { tracer, quietHours: { from: '22:00' } },
    'quietHours.to must be a time such as 22:00, got undefined',
  ],
  [
    createMonitor,
    { tracer, routes: { criticl: 'a' } },
    'unknown option "routes.criticl"; did you mean "routes.critical"?',
  ],
  [
    createMonitor,
    { tracer, channels: { slack: { url: URL } } },
    'channels.slack must be a function, or an object { send, maxAlerts? }',
  ],
  [
    createMonitor,
    { tracer, channels: { own: { send: async () => {}, maxAlerts: 0 } } },
    'channels.own must be a function, or an object { send, maxAlerts? }',
  ],
  [
    createMonitor,
    { tracer, rules: [{ ...RULE, treshold: 1 }] },
    'unknown option "rules[0] "Slow".treshold"; did you mean "rules[0] "Slow".threshold"?',
  ],
  [
    createMonitor,
    { tracer, rules: [{ ...RULE, window_minuts: 5 }] },
    'unknown option "rules[0] "Slow".window_minuts"; did you mean "rules[0] "Slow".windowMinutes"?',
  ],
  [
    (rules: never) => backtest(rules, ''),
    [{ ...RULE, threshold: '5' }],
    'rules[0] "Slow".threshold must be a number, got "5"',
  ],
  [
    (rules: never) => checkMetrics({}, rules),
    [{ ...RULE, severity: 'bad' }],
    'rules[0] "Slow".severity must be one of warning, critical',
  ],
  [(options: never) => metrics('', options), { max: 5 }, 'unknown option "max"'],
  [
    (options: never) => metrics('', options),
    { by: ['planet'] },
    'by[0] must be route, model, step, session, user or label:<name>',
  ],
  [(lines: never) => metrics(lines), {}, 'lines must be the text of a log, or an iterable of its lines, got an object'],
  [learnBaselines, { rules: [], lines: '', flie: 'x' }, 'unknown option "flie"; did you mean "file"?'],
  [
    learnBaselines,
    { rules: [], lines: 5, file: 'x' },
    'lines must be the text of a log, or an iterable of its lines, got 5',
  ],
  [
    (options: never) => formatBacktest([], options),
    { incident: false },
    'unknown option "incident"; did you mean "incidents"?',
  ],
  [budget, { tracer, perDayUSD: 5, onExceeded: 'warn' }, 'unknown option "perDayUSD"; did you mean "perDayUsd"?'],
  [budget, { tracer, perDayUsd: '5', onExceeded: 'warn' }, 'perDayUsd must be a number of at least 0, got "5"'],
  [budget, { tracer, onExceeded: 'warn' }, 'perDayUsd must be given if perUserUsd is not'],
  [metricsHandler, { tracer, prefx: 'a' }, 'unknown option "prefx"; did you mean "prefix"?'],
  [metricsHandler, { tracer, monitor: {} }, 'monitor must be a monitor, got an object'],
  [
    genAiMetrics,
    { tracer, meterProvider: {} },
    'meterProvider must be a meter provider of OpenTelemetry, got an object',
  ],
  [genAiMetrics, { tracer, meterProvder: {} }, 'unknown option "meterProvder"; did you mean "meterProvider"?'],
  [slack, { URL }, 'unknown option "URL"; did you mean "url"?'],
  [webhook, { url: URL, header: {} }, 'unknown option "header"; did you mean "headers"?'],
  [webhook, { url: URL, headers: { a: 5 } }, 'headers.a must be a string, { env } or { file }'],
  [pagerDuty, { key: 'sesame' }, 'unknown option "key"'],
  [pagerDuty, { routingKey: { evn: 'KEY' } }, 'routingKey must be a string, { env } or { file }'],
  [email, { sent: () => {} }, 'unknown option "sent"; did you mean "send"?'],
];

describe('a wrong option is refused with its name, the nearest known one and what was expected', () => {
  it.each(CASES.map(([make, given, message]) => [message, make, given] as const))(
    '%s',
    async (message, make, given) => {
      const actual = await messageOf(make, given);
      expect(actual.slice(0, message.length)).toBe(message);
      expect(actual).not.toContain('sesame');
    },
  );
});
