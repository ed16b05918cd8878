import { SpanlineError } from '@spanline/record';
import { metricReader } from '../metrics/catalogue.ts';
import { completeRule } from './complete.ts';
import type { AlertRule, CompleteRule } from './types.ts';

const rule = (fields: AlertRule): Readonly<CompleteRule> => Object.freeze(completeRule(fields));

/**
 * Rules to opt in to, beyond the defaults: `rules: [...DEFAULT_RULES, CATALOG.timeoutRate]`. Each states all of its
 * fields. Change a field by spreading: `{ ...CATALOG.queueDepth, threshold: 500 }`.
 */
export const CATALOG: Readonly<{
  tokensPerRequest: Readonly<CompleteRule>;
  tokenAnomaly: Readonly<CompleteRule>;
  timeoutRate: Readonly<CompleteRule>;
  queueDepth: Readonly<CompleteRule>;
  costPerRequestSpike: Readonly<CompleteRule>;
  rateLimit: Readonly<CompleteRule>;
  promptCacheDrop: Readonly<CompleteRule>;
  thumbsDownSpike: Readonly<CompleteRule>;
  promptInjection: Readonly<CompleteRule>;
  availability: Readonly<CompleteRule>;
  stepLatency: Readonly<CompleteRule>;
  dailySpend: (usd: number) => Readonly<CompleteRule>;
  dailyTokens: (tokens: number) => Readonly<CompleteRule>;
  safetyTriggers: (count: number) => Readonly<CompleteRule>;
  scoreDrift: (evaluation: string) => Readonly<CompleteRule>;
}> = Object.freeze({
  tokensPerRequest: rule({
    name: 'Token Usage Spike',
    metric: 'tokens_per_request',
    threshold: 2,
    comparison: 'gte',
    relativeTo: 'baseline',
  }),
  tokenAnomaly: rule({
    name: 'Token Usage Anomaly',
    metric: 'total_tokens',
    threshold: 6,
    comparison: 'gt',
    relativeTo: 'deviation',
  }),
  timeoutRate: rule({ name: 'Timeout Rate', metric: 'timeout_rate', threshold: 0.005, comparison: 'gt' }),
  queueDepth: rule({ name: 'Queue Depth', metric: 'queue_depth', threshold: 100, comparison: 'gt' }),
  costPerRequestSpike: rule({
    name: 'Cost per Request Spike',
    metric: 'cost_per_request_usd',
    threshold: 3,
    comparison: 'gt',
    relativeTo: 'baseline',
  }),
  rateLimit: rule({
    name: 'Rate Limit Approaching',
    metric: 'rate_limit_remaining_ratio',
    threshold: 0.1,
    comparison: 'lt',
    windowMinutes: 5,
  }),
  promptCacheDrop: rule({
    name: 'Prompt Cache Drop',
    metric: 'cache_hit_ratio',
    threshold: 0.5,
    comparison: 'lt',
    relativeTo: 'baseline',
  }),
  thumbsDownSpike: rule({
    name: 'Thumbs-Down Spike',
    metric: 'thumbs_down_rate',
    threshold: 2,
    comparison: 'gt',
    relativeTo: 'baseline',
    windowMinutes: 60,
  }),
  promptInjection: rule({
    name: 'Prompt Injection',
    metric: 'prompt_injections',
    threshold: 1,
    comparison: 'gte',
    severity: 'critical',
  }),
  availability: rule({
    name: 'Availability',
    metric: 'availability',
    threshold: 0.99,
    comparison: 'lt',
    severity: 'critical',
  }),
  stepLatency: rule({
    name: 'Step Latency',
    metric: 'latency_p99_ms',
    threshold: 3,
    comparison: 'gt',
    relativeTo: 'baseline',
    perStep: true,
  }),
  dailySpend: (usd: number) =>
    rule({
      name: 'Daily Spend',
      metric: 'daily_spend_usd',
      threshold: required('dailySpend(usd)', usd),
      comparison: 'gt',
      severity: 'critical',
    }),
  dailyTokens: (tokens: number) =>
    rule({
      name: 'Daily Tokens',
      metric: 'daily_tokens',
      threshold: required('dailyTokens(tokens)', tokens),
      comparison: 'gt',
    }),
  safetyTriggers: (count: number) =>
    rule({
      name: 'Safety Triggers',
      metric: 'safety_triggers',
      threshold: required('safetyTriggers(count)', count),
      comparison: 'gt',
      severity: 'critical',
    }),
  scoreDrift: (evaluation: string) =>
    rule({
      name: `Score Drift ${evaluation}`,
      metric: driftOf(evaluation),
      threshold: 0.1,
      comparison: 'gt',
      windowMinutes: 60,
    }),
});

function driftOf(evaluation: string): string {
  const metric = `${evaluation}_drift`;
  if (typeof evaluation === 'string' && metricReader(metric)?.scores !== undefined) return metric;
  const expected = 'the name of an evaluation: 1 to 100 letters, digits, "_", "." or "-"';
  throw new SpanlineError({ code: 'ERR_INVALID_RULE', option: 'scoreDrift(evaluation)', expected, got: evaluation });
}

function required(option: string, value: number): number {
  if (typeof value === 'number' && Number.isFinite(value) && value >= 0) return value;
  throw new SpanlineError({ code: 'ERR_INVALID_RULE', option, expected: 'a number of at least 0', got: value });
}
