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
  latency_p95_ms: 'requests',
  'gauge.queue': 'readings',
  requests: undefined,
  llm_calls: undefined,
  total_tokens: undefined,
  daily_tokens: undefined,
} as const satisfies Record<string, keyof typeof METRICS | 'readings' | undefined>;

export type SampledMetric = keyof typeof SAMPLED;

/** Whether a metric is a count or a sum. */
export const isTally = (metric: string): boolean => SAMPLED[metric as SampledMetric] === undefined;

const QUEUE = 'spanline.gauge.queue';
const isRequest = (line: Line): boolean => evaluate(METRICS.requests, [line]) === 1;

/** A quantile lies between the two nearest values. */
function quantile(values: readonly number[], at: number): number | undefined {
  const sorted = values.toSorted((first, second) => first - second);
  const place = at * (sorted.length - 1);
  const [low, high] = [sorted[Math.floor(place)], sorted[Math.ceil(place)]];
  return low === undefined || high === undefined ? undefined : low + (high - low) * (place - Math.floor(place));
}

/** The spans of a step count as requests. */
function counted(seen: readonly Line[], step: string | undefined): Line[] {
  if (step === undefined) return [...seen];
  const own = seen.filter((line) => line['span.name'] === step);
  return own.map(({ parent_span_id: _parent, ...line }) => line);
}

/** The value of a metric, and the number of its samples. */
function observe(
  { metric, step }: ResolvedRule,
  seen: readonly Line[],
): { value: number | undefined; samples: number } {
  const lines = counted(seen, step);
  if (metric === 'gauge.queue') {
    const readings = seen.map((line) => line[QUEUE]).filter((value) => typeof value === 'number');
    return { value: readings.at(-1), samples: readings.length };
  }
  if (metric === 'latency_p95_ms') {
    const durations = lines.filter(isRequest).map((line) => Number(line['duration_ms']));
    return { value: quantile(durations, 0.95), samples: durations.length };
  }
  const sampled = SAMPLED[metric as Exclude<SampledMetric, 'gauge.queue'>];
  const found: Metric = METRICS[metric === 'daily_tokens' ? 'total_tokens' : (metric as keyof typeof METRICS)];
  const samples = sampled === undefined ? lines.length : (evaluate(METRICS[sampled], lines) ?? 0);
  return { value: evaluate(found, lines), samples };
}

const BREAKS = {
  gt: (value: number, limit: number) => value > limit,
  gte: (value: number, limit: number) => value >= limit,
  lt: (value: number, limit: number) => value < limit,
  lte: (value: number, limit: number) => value <= limit,
};

const timeOf = (line: Line): number => Date.parse(String(line['@timestamp']));

const DAY_MS = 86_400_000;

/** The window of a rule that ends at a time; of a daily metric, the UTC day of another one. */
export function windowOf(
  { metric, windowMinutes }: Pick<ResolvedRule, 'metric' | 'windowMinutes'>,
  to: number,
  at = to,
): Pick<Moment, 'from' | 'to'> {
  if (metric.startsWith('daily_')) return { from: Math.floor(at / DAY_MS) * DAY_MS, to: at };
  return { from: to - windowMinutes * 60_000, to };
}

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
  const isSum = isTally(rule.metric);
  const fired: NaiveLevel = rule.severity === 'critical' ? 'ALERT' : 'WARNING';
  const breaks = BREAKS[rule.comparison];
  let level: NaiveLevel = 'OK';
  let goodSince: number | undefined;
  return moments.map(({ at, from, to, isWhole }) => {
    const seen = lines.filter((line) => timeOf(line) >= from && timeOf(line) < to);
    const { value, samples } = observe(rule, seen);
    const isLow = isSum && rule.comparison.startsWith('l');
    const isCount = isSum && isWhole;
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
