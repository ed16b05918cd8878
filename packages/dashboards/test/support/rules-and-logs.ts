/** Arbitrary rules and logs. */
import fc from 'fast-check';
import type { AlertRule } from '@spanline/monitor/offline';
import { isTally, type Line, type SampledMetric } from './naive-rules.ts';

/** A few minutes before a UTC day ends. */
export const START: number = Date.UTC(2026, 10, 23, 23, 53);
const MINUTES = 14;

/** Thresholds that values of the logs are above and below. */
const LIMITS: Readonly<Record<SampledMetric, readonly [number, number, number]>> = {
  error_rate: [0.4, 0.25, 0.1],
  llm_error_rate: [0.4, 0.25, 0.1],
  tool_error_rate: [0.4, 0.25, 0.1],
  tokens_per_request: [250, 180, 120],
  cost_per_request_usd: [0.375, 0.25, 0.125],
  requests: [9, 6, 3],
  llm_calls: [8, 5, 3],
  total_tokens: [1500, 900, 400],
  daily_tokens: [4000, 2500, 1000],
  // No quantile of these logs is as great as a limit.
  latency_p95_ms: [701.37, 451.37, 251.37],
  'gauge.queue': [40.5, 25.5, 10.5],
};

const COUNTS_AND_RATIOS: readonly SampledMetric[] = [
  'error_rate',
  'llm_error_rate',
  'tool_error_rate',
  'tokens_per_request',
  'cost_per_request_usd',
  'requests',
  'llm_calls',
  'total_tokens',
];
/** Metrics that rules of a step have. */
const OF_STEPS: readonly string[] = ['requests', 'latency_p95_ms'] satisfies SampledMetric[];

/** Options of {@link ruleOf}. */
export interface RuleShape {
  /** Rules with a warning below the alert. */
  readonly hasWarnings: boolean;
  /** Counts and sums that are too low. */
  readonly hasLowCounts: boolean;
  /** Further metrics, beside counts and ratios. @defaultValue none */
  readonly more?: readonly SampledMetric[];
  /** Rules that watch the spans of one name. @defaultValue false */
  readonly hasSteps?: boolean;
}

/** A rule. */
export function ruleOf({ hasWarnings, hasLowCounts, more = [], hasSteps }: RuleShape): fc.Arbitrary<AlertRule> {
  const metrics = [...COUNTS_AND_RATIOS, ...more, ...more];
  return fc
    .record({
      metric: fc.constantFrom(...metrics),
      isLow: fc.boolean(),
      isStrict: fc.boolean(),
      windowMinutes: fc.constantFrom(1, 1, 2, 5),
      minSamples: fc.integer({ min: 1, max: 6 }),
      recoverAfterMinutes: fc.constantFrom(0, 1, 2, 3),
      noData: fc.constantFrom('keep' as const, 'keep' as const, 'ok' as const, 'no_data' as const, 'alert' as const),
      recovers: fc.boolean(),
      warns: fc.boolean(),
      step: fc.constantFrom(undefined, 'llm', 'tool'),
    })
    .map(({ metric, isLow, isStrict, minSamples, recovers, warns, step, ...rest }) => {
      const isCount = isTally(metric);
      const isOfStep = hasSteps === true && step !== undefined && OF_STEPS.includes(metric);
      const low = isLow && (hasLowCounts || !isCount);
      const [bad, warning, good] = low ? LIMITS[metric].toReversed() : LIMITS[metric];
      const isWarning = hasWarnings && warns;
      return {
        name: `Rule on ${metric}`,
        metric,
        comparison: low ? (isStrict ? 'lt' : 'lte') : isStrict ? 'gt' : 'gte',
        threshold: bad ?? 0,
        severity: isWarning ? 'critical' : 'warning',
        ...(isWarning ? { warningThreshold: warning } : {}),
        ...(recovers ? { recoveryThreshold: good } : {}),
        minSamples: isCount || metric.startsWith('gauge.') ? 1 : minSamples,
        ...(isOfStep ? { step } : {}),
        ...rest,
      } as AlertRule;
    });
}

const line = fc.record({
  type: fc.constantFrom('http', 'http', 'llm', 'tool'),
  fails: fc.integer({ min: 0, max: 99 }),
  tokens: fc.integer({ min: 0, max: 500 }),
  parts: fc.integer({ min: 0, max: 50 }),
  after: fc.oneof(
    { weight: 12, arbitrary: fc.integer({ min: 0, max: 12 }) },
    { weight: 2, arbitrary: fc.integer({ min: 15, max: 60 }) },
    fc.integer({ min: 60, max: 200 }),
  ),
});

/** A line of the log at a time. */
export function lineAt(
  index: number,
  epochMs: number,
  given: { type: string; isFailed: boolean; tokens: number; usd: number; durationMs?: number },
): Line {
  const { type, isFailed, tokens, usd, durationMs = 100 } = given;
  return {
    '@timestamp': new Date(epochMs).toISOString(),
    'event.name': 'span.end',
    'event.id': `boot-${index}`,
    'spanline.schema': '1.0',
    'span.name': type,
    'span.type': type,
    'span.status': isFailed ? 'error' : 'ok',
    duration_ms: durationMs,
    ...(type === 'http' ? {} : { parent_span_id: '00f067aa0ba902b7' }),
    ...(type === 'llm'
      ? { 'gen_ai.request.model': 'm', 'gen_ai.usage.input_tokens': tokens, 'spanline.cost.usd': usd }
      : {}),
  };
}

/** A log with phases in which half of everything fails, and with silences. No line is on a whole second. */
export const log: fc.Arbitrary<Line[]> = fc
  .tuple(fc.array(line, { minLength: 20, maxLength: 120 }), fc.integer({ min: 1, max: 4 }))
  .map(([lines, length]) => {
    let second = 0;
    return lines
      .map(({ type, fails, tokens, parts, after }, index) => {
        second += after;
        const isBad = Math.floor(second / 60 / length) % 2 === 1;
        const isFailed = fails < (isBad ? 60 : 5);
        const given = {
          type,
          isFailed,
          tokens: isBad ? tokens : tokens / 5,
          usd: Math.round(isBad ? parts : parts / 5) / 64,
          durationMs: 100 + 20 * Math.round(isBad ? parts : parts / 5),
        };
        return {
          second,
          line: lineAt(index, START + second * 1000 + 500, { ...given, tokens: Math.round(given.tokens) }),
        };
      })
      .filter((one) => one.second < MINUTES * 60)
      .map((one) => one.line);
  });

/** A line of the gauge beside every line of a log that has a tool; of two at one time, neither would be the last. */
export function withGauge(lines: readonly Line[]): Line[] {
  let last = '';
  return lines.flatMap((line, index) => {
    if (line['span.type'] !== 'tool') return [line];
    const at = new Date(Date.parse(String(line['@timestamp'])) + 100).toISOString();
    if (at === last) return [line];
    last = at;
    const queue = Math.round(Number(line['duration_ms']) / 20);
    const stats = { '@timestamp': at, 'event.name': 'spanline.stats', 'event.id': `stats-${index}` };
    return [line, { ...stats, 'spanline.schema': '1.0', 'spanline.gauge.queue': queue }];
  });
}
