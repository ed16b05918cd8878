import { Baselines } from './alerting/baselines.ts';
import type { Finding } from './alerting/evaluator.ts';
import type { LogLines } from './metrics/offline.ts';
import { replay } from './replay.ts';
import { resolveRules } from './rules/resolve.ts';
import type { AlertRuleInput, ResolvedRule } from './rules/types.ts';

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
 * @param lines - in any order and any profile; what is read of them, without content, is held in memory (about 700 bytes a span)
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
  const report = new Report(resolved);
  const end = await replay(resolved, lines, new Baselines(), (finding) => report.note(finding));
  return report.end(end);
}

/** Names in a log may hold what a terminal takes for a command. */
function printable(text: string): string {
  return text.replaceAll(/\p{Cc}/gu, ' ');
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
    out.push(row(printable(name), String(incidents.length), String(minutesFiring), String(messages)));
    for (const { from, message, traceIds } of withIncidents ? incidents : []) {
      const at = new Date(from).toISOString().slice(0, 19).replace('T', ' ');
      out.push(`  ${at}  ${printable(message)}`);
      if (traceIds.length > 0) out.push(`    traces: ${printable(traceIds.join(' '))}`);
    }
  }
  return out.join('\n');
}
