/** Alert rules by their description in the documentation, without windows that slide, sketches or states of ours. */
import { type Metric, METRICS } from '@spanline/dashboards';
import type { ResolvedRule } from '@spanline/monitor/offline';
import { evaluate } from './evaluate.ts';

export type Line = Readonly<Record<string, unknown>>;

export type NaiveLevel = 'OK' | 'WARNING' | 'ALERT';

/** A time of evaluation, and the window that is read: from the first time to before the last one. */
export interface Moment {
  readonly at: number;
  readonly from: number;
  readonly to: number;
  /** The application has been watched for the whole window. */
  readonly isWhole: boolean;
}

/** Metrics that rules of tests are on, and the metric that is the number of their samples. */
const SAMPLED = {
  error_rate: 'requests',
  llm_error_rate: 'llm_calls',
  tool_error_rate: 'tool_calls',
  tokens_per_request: 'requests',
  cost_per_request_usd: 'requests',
  requests: undefined,
  llm_calls: undefined,
  total_tokens: undefined,
} as const satisfies Partial<Record<keyof typeof METRICS, keyof typeof METRICS | undefined>>;

export type SampledMetric = keyof typeof SAMPLED;

const BREAKS = {
  gt: (value: number, limit: number) => value > limit,
  gte: (value: number, limit: number) => value >= limit,
  lt: (value: number, limit: number) => value < limit,
  lte: (value: number, limit: number) => value <= limit,
};

const timeOf = (line: Line): number => Date.parse(String(line['@timestamp']));

/**
 * The level of a rule at each moment.
 *
 * @param gapRestarts - a window with too few samples begins the time of recovery anew
 */
export function naiveLevels(
  rule: ResolvedRule,
  lines: readonly Line[],
  moments: readonly Moment[],
  gapRestarts = false,
): NaiveLevel[] {
  const metric: Metric = METRICS[rule.metric as SampledMetric];
  const sampled = SAMPLED[rule.metric as SampledMetric];
  const fired: NaiveLevel = rule.severity === 'critical' ? 'ALERT' : 'WARNING';
  const breaks = BREAKS[rule.comparison];
  let level: NaiveLevel = 'OK';
  let goodSince: number | undefined;
  return moments.map(({ at, from, to, isWhole }) => {
    const seen = lines.filter((line) => timeOf(line) >= from && timeOf(line) < to);
    const value = evaluate(metric, seen);
    const samples = sampled === undefined ? seen.length : (evaluate(METRICS[sampled], seen) ?? 0);
    const isLow = sampled === undefined && rule.comparison.startsWith('l');
    const isCount = sampled === undefined && isWhole;
    const isEnough = isCount || (samples >= rule.minSamples && !(isLow && !isWhole));
    let towards: NaiveLevel = 'OK';
    if (value === undefined || !isEnough) {
      if (!isWhole || rule.noData !== 'ok') {
        const forgets = gapRestarts || (isWhole && rule.noData !== 'keep');
        if (forgets) goodSince = undefined;
        return level;
      }
    } else if (breaks(value, rule.threshold)) {
      goodSince = undefined;
      return (level = fired);
    } else if (rule.warningThreshold !== undefined && breaks(value, rule.warningThreshold)) {
      towards = 'WARNING';
    } else if (rule.recoveryThreshold !== undefined && breaks(value, rule.recoveryThreshold)) {
      goodSince = undefined;
      return level;
    }
    if (level === towards || level === 'OK') {
      goodSince = undefined;
      return (level = towards);
    }
    goodSince ??= at;
    if (at - goodSince >= rule.recoverAfterMinutes * 60_000) {
      level = towards;
      goodSince = undefined;
    }
    return level;
  });
}
