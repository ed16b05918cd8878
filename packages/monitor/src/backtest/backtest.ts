import { nearest } from '@spanline/record';
import { Baselines } from '../evaluation/baselines.ts';
import type { Finding } from '../evaluation/evaluator.ts';
import type { LogLines } from '../metrics/log-metrics.ts';
import { resolveRules } from '../rules/resolve.ts';
import type { AlertRuleInput, ResolvedRule } from '../rules/types.ts';
import { replay } from './replay.ts';

/** A time during which a rule was not `OK`. */
export interface Incident {
  /** Epoch milliseconds. */
  readonly from: number;
  /** Epoch milliseconds; `undefined` if the log ends before the incident. */
  to: number | undefined;
  readonly step: string | undefined;
  /** Value with which the rule fired. */
  readonly value: number | undefined;
  readonly threshold: number;
  readonly traceIds: readonly string[];
  /** Message of the alert. */
  readonly message: string;
}

/** The effect a rule would have had. */
export interface BacktestResult {
  readonly name: string;
  readonly metric: string;
  readonly incidents: Incident[];
  /** Messages that would have been sent, with repetitions and recoveries. */
  messages: number;
  /** Total length of the incidents. */
  minutesFiring: number;
  /** Samples that a window needs (`minSamples`), and the most that one had. With fewer, the rule gives no verdict. */
  readonly minSamples: number;
  mostSamples: number;
  /** The step of the rule, if no span of the log has this name. The rule can never have fired. */
  readonly unknownStep?: string;
  /** The step of the log that was probably meant by {@link unknownStep}. */
  readonly suggestion?: string;
}

/** Steps that are remembered, to recognise a step that the log does not have. */
const MAX_STEPS = 100_000;

/** The step of a rule that is none of the log. */
function unknownStep(
  step: string | undefined,
  steps: ReadonlySet<string>,
): Pick<BacktestResult, 'unknownStep' | 'suggestion'> {
  if (step === undefined || steps.has(step) || steps.size >= MAX_STEPS) return {};
  const suggestion = nearest(step, [...steps]);
  return { unknownStep: step, ...(suggestion === undefined ? {} : { suggestion }) };
}

/** Collects findings by rule. */
class Report {
  readonly #results: Map<string, BacktestResult>;
  /** Steps of rules, by their name. */
  readonly #stepOf: ReadonlyMap<string, string | undefined>;
  readonly #steps = new Set<string>();

  constructor(rules: readonly ResolvedRule[]) {
    this.#stepOf = new Map(rules.map(({ name, step }) => [name, step]));
    this.#results = new Map(
      rules.map(({ name, metric, minSamples }) => {
        const result = { name, metric, incidents: [], messages: 0, minutesFiring: 0, minSamples, mostSamples: 0 };
        return [name, result];
      }),
    );
  }

  add({ alert, kind }: Finding): void {
    const result = this.#results.get(alert.name);
    if (result === undefined) return;
    if (kind === 'sent') result.messages++;
    const open = result.incidents.findLast(({ to, step }) => to === undefined && step === alert.step);
    if (alert.event === 'recovered' && open !== undefined) open.to = alert.at;
    if (alert.event !== 'fired' || open !== undefined) return;
    const { at: from, step, value, threshold, traceIds, message } = alert;
    result.incidents.push({ from, to: undefined, step, value, threshold, traceIds, message });
  }

  see(name: string, samples: number): void {
    const result = this.#results.get(name);
    if (result !== undefined) result.mostSamples = Math.max(result.mostSamples, samples);
  }

  seeStep(step: string | undefined): void {
    if (step !== undefined && this.#steps.size < MAX_STEPS) this.#steps.add(step);
  }

  finish(now: number): BacktestResult[] {
    for (const result of this.#results.values()) {
      const lengths = result.incidents.map(({ from, to }) => ((to ?? now) - from) / 60_000);
      result.minutesFiring = Math.round(lengths.reduce((sum, length) => sum + length, 0));
    }
    return [...this.#results].map(([name, result]) => ({
      ...result,
      ...unknownStep(this.#stepOf.get(name), this.#steps),
    }));
  }
}

/**
 * Finds out when and how often each rule would have fired on a log. It evaluates the rules as a monitor does: with
 * windows, states, and baselines learned from the same log.
 *
 * @param lines - in any order and any profile. They are held in memory without content, about 700 bytes a span.
 * @throws SpanlineError `ERR_INVALID_RULE`, `ERR_INVALID_OPTION`
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
  const end = await replay(resolved, lines, new Baselines(), {
    onFinding: (finding) => report.add(finding),
    onObservation: ({ name }, { samples }) => report.see(name, samples),
    onSpan: (record) => report.seeStep(record['span.name']),
  });
  return report.finish(end);
}
