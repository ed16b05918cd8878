import type { SpanRecord } from '@spanline/core';
import { Baselines } from './alerting/baselines.ts';
import { Evaluator, type Finding } from './alerting/evaluator.ts';
import { Aggregator } from './metrics/aggregator.ts';
import { type LogLines, readRecords } from './metrics/offline.ts';
import { resolveRules } from './rules/resolve.ts';
import type { AlertRuleInput, ResolvedRule } from './rules/types.ts';

const STEP_MS = 15_000;
const DELAY_MS = 10_000;
const QUIET_MS = 86_400_000;

/** One time that a rule fired. */
export interface Incident {
  /** Epoch milliseconds. */
  readonly from: number;
  /** `undefined` where the log ends first. */
  to: number | undefined;
  readonly step: string | undefined;
  /** The value it fired with. */
  readonly value: number | undefined;
  readonly threshold: number;
  readonly traceIds: readonly string[];
  /** The alert's sentence. */
  readonly message: string;
}

/** What a rule would have done. */
export interface BacktestResult {
  readonly name: string;
  readonly metric: string;
  readonly incidents: Incident[];
  /** Messages that would have been sent, repetitions and recoveries included. */
  messages: number;
  /** Minutes in which it was not well, over all incidents. */
  minutesFiring: number;
}

/** Moments to evaluate at, up to `until`; a silence of more than a day is stepped over. */
function* moments(from: number, until: number): Generator<number> {
  if (until - from > QUIET_MS) {
    for (let at = from; at < from + QUIET_MS / 2; at += STEP_MS) yield at;
    yield* moments(until - QUIET_MS / 2, until);
    return;
  }
  for (let at = from; at <= until; at += STEP_MS) yield at;
}

/** Collects what an evaluator finds, by rule. */
class Report {
  readonly #results: Map<string, BacktestResult>;

  constructor(rules: readonly ResolvedRule[]) {
    this.#results = new Map(
      rules.map(({ name, metric }) => [name, { name, metric, incidents: [], messages: 0, minutesFiring: 0 }]),
    );
  }

  note({ alert, isSent }: Finding): void {
    const result = this.#results.get(alert.name);
    if (result === undefined) return;
    if (isSent) result.messages++;
    const open = result.incidents.findLast(({ to, step }) => to === undefined && step === alert.step);
    if (alert.event === 'recovered' && open !== undefined) open.to = alert.at;
    if (alert.event !== 'fired' || open !== undefined) return;
    const { at: from, step, value, threshold, traceIds, message } = alert;
    result.incidents.push({ from, to: undefined, step, value, threshold, traceIds, message });
  }

  end(now: number): BacktestResult[] {
    for (const result of this.#results.values()) {
      const lengths = result.incidents.map(({ from, to }) => ((to ?? now) - from) / 60_000);
      result.minutesFiring = Math.round(lengths.reduce((sum, length) => sum + length, 0));
    }
    return [...this.#results.values()];
  }
}

/**
 * When and how often each rule would have fired on a log. The rules run as in a monitor that was there: with windows, states and baselines that are learned from the log itself.
 *
 * @param lines - in any order and any profile
 * @throws SpanlineError `ERR_INVALID_RULE`
 * @example
 * ```ts
 * import { readFileSync } from 'node:fs';
 * import { backtest, formatBacktest } from '@spanline/monitor';
 *
 * const rules = [{ name: 'Slow', metric: 'latency_p95_ms', threshold: 3000, comparison: 'gt' as const }];
 * console.log(formatBacktest(await backtest(rules, readFileSync('app.ndjson', 'utf8'))));
 * ```
 */
export async function backtest(rules: readonly AlertRuleInput[], lines: LogLines): Promise<BacktestResult[]> {
  const resolved = resolveRules(rules);
  const records: { epochMs: number; record: SpanRecord }[] = [];
  for await (const record of readRecords(lines)) {
    const epochMs = Date.parse(record['@timestamp'] ?? '');
    if (!Number.isNaN(epochMs)) records.push({ epochMs, record });
  }
  records.sort((a, b) => a.epochMs - b.epochMs);
  const report = new Report(resolved);
  const [first] = records;
  if (first === undefined) return report.end(0);
  const aggregator = new Aggregator({ by: [] });
  const evaluator = new Evaluator({
    rules: resolved,
    aggregator,
    baselines: new Baselines(),
    identity: () => ({ service: '', environment: undefined }),
    command: (traceIds) => traceIds.join(' '),
    now: first.epochMs,
    delayMs: DELAY_MS,
  });
  let now = first.epochMs;
  const evaluateUntil = (until: number): void => {
    for (const at of moments(now, until)) {
      for (const finding of evaluator.evaluate(at)) if (finding !== undefined) report.note(finding);
      now = at + STEP_MS;
    }
  };
  for (const { epochMs, record } of records) {
    if (epochMs >= now) evaluateUntil(epochMs);
    const delta = aggregator.add(record);
    if (delta === undefined) continue;
    for (const finding of evaluator.add(record, delta, epochMs)) report.note(finding);
  }
  evaluateUntil(now + DELAY_MS + STEP_MS * 2);
  return report.end(now);
}

/**
 * The result as a table for people: a line for each rule, and below it one for each time it fired.
 *
 * @param options - `incidents: false` leaves out the latter
 */
export function formatBacktest(
  results: readonly BacktestResult[],
  { incidents: withIncidents = true }: { incidents?: boolean } = {},
): string {
  const width = Math.max(4, ...results.map(({ name }) => name.length));
  const row = (name: string, fired: string, minutes: string, messages: string): string =>
    `${name.padEnd(width)}  ${fired.padStart(5)}  ${minutes.padStart(7)}  ${messages.padStart(8)}`;
  const out = [row('rule', 'fired', 'minutes', 'messages')];
  for (const { name, incidents, minutesFiring, messages } of results) {
    out.push(row(name, String(incidents.length), String(minutesFiring), String(messages)));
    for (const { from, message, traceIds } of withIncidents ? incidents : []) {
      const at = new Date(from).toISOString().slice(0, 19).replace('T', ' ');
      out.push(`  ${at}  ${message}`, ...(traceIds.length === 0 ? [] : [`    traces: ${traceIds.join(' ')}`]));
    }
  }
  return out.join('\n');
}
