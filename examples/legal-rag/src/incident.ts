import { readFileSync, rmSync } from 'node:fs';
import { run } from 'spanline';
import { createLogger, createTracer, type Tracer } from '@spanline/core';
import { type ControlledClock, controlledClock } from '@spanline/core/testing';
import {
  type Alert,
  type AlertRule,
  backtest,
  CATALOG,
  createMonitor,
  DEFAULT_RULES,
  formatBacktest,
  type Monitor,
} from '@spanline/monitor';
import { answer, type Assistant, type Question } from './assistant.ts';

const SECOND = 1000;
const MINUTE = 60 * SECOND;
/** Two questions a minute are too few for a p99. */
const STEP_LATENCY = { ...CATALOG.stepLatency, metric: 'latency_p95_ms', minSamples: 20 };
const RULES = [...DEFAULT_RULES, STEP_LATENCY];

/** The usual questions find up to thirty documents. */
const USUAL = [12, 18, 25, 9, 30, 21, 15, 28].map((documents) => ({ text: 'May the tenant sublet?', documents }));
/** A new collection of contracts: some questions find many documents. */
const UNUSUAL: Question = { text: 'Which of our leases can be ended early?', documents: 46 };

interface Day {
  tracer: Tracer;
  clock: ControlledClock;
  monitor: Monitor;
}

/** Asks a question every half minute until the time is over. The monitor evaluates every 15 s, like its timer. */
async function work(
  { clock, monitor }: Day,
  assistant: Assistant,
  minutes: number,
  questions: readonly Question[],
): Promise<void> {
  const end = clock.now() + minutes * MINUTE;
  for (let index = 0; clock.now() < end; index++) {
    const next = clock.now() + 30 * SECOND;
    const question = questions[index % questions.length];
    if (question !== undefined) await answer(assistant, question);
    while (clock.now() < next) {
      clock.advance(Math.min(15 * SECOND, next - clock.now()));
      monitor.evaluate();
    }
  }
}

function show({ at, message, causes, traceIds, command }: Alert): string {
  const time = new Date(at).toISOString().slice(11, 19);
  const details = [
    ...causes.map(({ evidence }) => `likely cause  ${evidence}`),
    ...traceIds.map((traceId) => `trace         ${traceId}`),
    ...(command === '' ? [] : [`open one      ${command}`]),
  ];
  return [`${time}  ${message}`, ...details.map((detail) => `            ${detail}`)].join('\n');
}

/**
 * A day of the assistant: a quiet morning, an incident, its repair. Overwrites the log file.
 *
 * @returns the messages that people would have read
 */
export async function incident(file: string): Promise<string> {
  rmSync(file, { force: true });
  const logger = createLogger({}, file);
  const clock = controlledClock(Date.UTC(2026, 0, 15, 6));
  const tracer = createTracer({ clock, logger, service: { name: 'legal' }, statsIntervalSeconds: 0 });
  const command = ([slowest = '']: readonly string[]): string => `npx spanline show ${file} ${slowest}`;
  const monitor = createMonitor({ tracer, clock, rules: RULES, command });
  const told: string[] = [];
  monitor.onAlert((alert) => void told.push(show(alert)));
  const day = { tracer, clock, monitor };
  const time = (): string => new Date(clock.now()).toISOString().slice(11, 16);

  told.push(`${time()}     a quiet morning: every question takes about 3 s`);
  await work(day, { tracer, clock }, 240, USUAL);
  told.push(`${time()}     a new collection of contracts is indexed`);
  await work(day, { tracer, clock }, 60, [...USUAL, UNUSUAL]);
  told.push(`${time()}     the search is limited to 25 documents`);
  await work(day, { tracer, clock, maxDocuments: 25 }, 60, [...USUAL, UNUSUAL]);
  await monitor.close();
  await tracer.shutdown();
  return [
    ...told,
    '',
    'What other rules would have done on this log:',
    '',
    await choose(readFileSync(file, 'utf8')),
    '',
    'From the alert to its cause:',
    '',
    `$ npx spanline explain ${file} 'Step Latency'`,
    await explain(file, 'Step Latency'),
  ].join('\n');
}

/** Runs `spanline explain`, as in a shell without a terminal. */
async function explain(file: string, alert: string): Promise<string> {
  let text = '';
  const stdout = { write: (part: string | Uint8Array): void => void (text += String(part)) };
  const io = { stdin: process.stdin, stdout, stderr: process.stderr, env: {}, stop: new AbortController().signal };
  await run(['explain', file, alert], io);
  return text.trimEnd();
}

/** Chooses thresholds on the log of a known day. */
async function choose(lines: string): Promise<string> {
  const p95 = (threshold: number): AlertRule => ({
    name: `p95 > ${threshold} ms`,
    metric: 'latency_p95_ms',
    threshold,
    comparison: 'gt',
  });
  const rules = [p95(2800), p95(5000), p95(30_000), STEP_LATENCY];
  return formatBacktest(await backtest(rules, lines), { incidents: false });
}
