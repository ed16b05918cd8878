import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type AlertRule, type AlertRuleInput, CATALOG, checkMetrics, DEFAULT_RULES } from '../src/index.ts';
import { resolveRules } from '../src/rules/resolve.ts';
import { catalogRules } from './catalog-rules.ts';

const RULE: AlertRule = { name: 'R', metric: 'error_rate', threshold: 0.5, comparison: 'gt' };

function errorOf(rule: unknown): unknown {
  try {
    resolveRules([rule as AlertRule]);
  } catch (error) {
    return error;
  }
  return undefined;
}

describe('the default rules', () => {
  it('are the five of R-088, and one for model calls that fail', () => {
    expect(
      DEFAULT_RULES.map((rule) => [rule.name, rule.metric, rule.threshold, rule.comparison, rule.severity]),
    ).toEqual([
      ['High Latency', 'latency_p95_ms', 5000, 'gt', 'warning'],
      ['Error Rate', 'error_rate', 0.01, 'gt', 'critical'],
      ['Cost Spike', 'cost_per_request_usd', 0.1, 'gt', 'warning'],
      ['Low Faithfulness', 'faithfulness_score', 0.7, 'lt', 'critical'],
      ['Hallucination Spike', 'hallucination_rate', 0.05, 'gt', 'critical'],
      ['Failed Model Calls', 'llm_error_rate', 0.05, 'gt', 'warning'],
    ]);
  });

  it('state every field, with the value that holds', () => {
    const catalog = catalogRules().map(({ rule }) => rule);
    for (const rule of [...DEFAULT_RULES, ...catalog]) {
      const { warningThreshold, recoveryThreshold, relativeTo, baseline, step, ...stated } =
        resolveRules([rule])[0] ?? {};
      expect(rule).toMatchObject(stated);
      expect(rule.relativeTo).toBe(relativeTo);
      expect([warningThreshold, recoveryThreshold, baseline, step]).toEqual([
        undefined,
        undefined,
        undefined,
        undefined,
      ]);
    }
    expect(DEFAULT_RULES[0]).toMatchObject({ windowMinutes: 15, notifyChannel: 'slack', minSamples: 20 });
    expect(CATALOG.rateLimit).toMatchObject({ windowMinutes: 5, severity: 'warning', minSamples: 1 });
  });

  it.each([
    ['latency_p50_ms', 20],
    ['latency_p95_ms', 20],
    ['time_to_first_token_p95_ms', 20],
    ['latency_p99_ms', 100],
    ['error_rate', 20],
    ['errors', 1],
  ])('needs so many samples of %s that one of them does not decide: %i', (metric, minSamples) => {
    const rule = { name: 'Rule', metric, threshold: 1, comparison: 'gt' } as const;
    expect(resolveRules([rule])[0]).toMatchObject({ minSamples });
    expect(resolveRules([{ ...rule, minSamples: 3 }])[0]).toMatchObject({ minSamples: 3 });
  });

  it('cannot be changed by a caller', () => {
    expect(Object.isFrozen(DEFAULT_RULES)).toBe(true);
    expect(DEFAULT_RULES.every((rule) => Object.isFrozen(rule))).toBe(true);
  });
});

describe('a rule', () => {
  it('has these defaults (R-087)', () => {
    expect(resolveRules([RULE])[0]).toMatchObject({ windowMinutes: 15, severity: 'warning', notifyChannel: 'slack' });
  });

  it('may be written in snake_case (R-087)', () => {
    const rule: AlertRuleInput = { ...RULE, window_minutes: 5, notify_channel: 'pager', min_samples: 3 };
    expect(resolveRules([rule])[0]).toMatchObject({ windowMinutes: 5, notifyChannel: 'pager', minSamples: 3 });
  });

  it.each([
    ['threshold', { threshold: Number.NaN }],
    ['threshold', { threshold: '5' }],
    ['threshold', { threshold: Infinity }],
    ['windowMinutes', { windowMinutes: -1 }],
    ['windowMinutes', { windowMinutes: 0 }],
    ['windowMinutes', { windowMinutes: 1e9 }],
    ['metric', { metric: 'latencyP95' }],
    ['metric', { metric: '__proto__' }],
    ['metric', { metric: 7 }],
    ['comparison', { comparison: '>' }],
    ['severity', { severity: 'fatal' }],
    ['notifyChannel', { notifyChannel: '' }],
    ['noData', { noData: 'maybe' }],
    ['minSamples', { minSamples: 0 }],
    ['maxPerDay', { maxPerDay: 0 }],
    ['warningThreshold', { warningThreshold: 0.2 }],
    ['warningThreshold', { severity: 'critical', warningThreshold: 0.9 }],
    ['recoveryThreshold', { recoveryThreshold: 0.9 }],
    ['baseline', { baseline: 3 }],
    ['perStep', { perStep: 'yes' }],
    ['perStep', { perStep: true, metric: 'daily_tokens' }],
    ['tresholds', { tresholds: 1 }],
  ])('with a wrong %s is refused, with the rule and the field', (field, change) => {
    expect(errorOf({ ...RULE, ...change })).toMatchObject({
      name: 'SpanlineError',
      code: 'ERR_INVALID_RULE',
      option: `rules[0] "R".${field}`,
    });
  });

  it('given in both spellings is refused', () => {
    expect(errorOf({ ...RULE, windowMinutes: 5, window_minutes: 5 })).toMatchObject({ code: 'ERR_INVALID_RULE' });
  });

  it.each([[null], [undefined], [7], ['rule'], [[]]])('that is %j is refused', (rule) => {
    expect(errorOf(rule)).toMatchObject({ code: 'ERR_INVALID_RULE', option: 'rules[0]' });
  });

  it('is refused under the spelling of its field', () => {
    expect(errorOf({ ...RULE, window_minutes: -5 })).toMatchObject({ option: 'rules[0] "R".window_minutes' });
  });

  it.each(['name', 'severity'])('whose %s throws is refused', (field) => {
    const rule = Object.defineProperty({ ...RULE }, field, {
      enumerable: true,
      get: () => {
        throw new TypeError('mine');
      },
    });
    expect(errorOf(rule)).toMatchObject({ code: 'ERR_INVALID_RULE', option: 'rules[0]' });
  });

  it('that is a function of CATALOG is refused with what to do', () => {
    expect(errorOf(CATALOG.dailySpend)).toMatchObject({
      message: expect.stringContaining('call the function with its threshold') as string,
    });
  });

  it('has a unique name', () => {
    expect(() => resolveRules([RULE, RULE])).toThrow('rules[1] "R".name must be unique');
  });

  it('is one of at most 1000', () => {
    const many = Array.from({ length: 10_000 }, (_, index) => ({ ...RULE, name: `rule ${index}` }));
    expect(() => resolveRules(many)).toThrow('rules must be an array of at most 1000 rules, got an array of 10000');
  });

  it('of any shape is resolved or refused', () => {
    fc.assert(
      fc.property(fc.anything(), fc.dictionary(fc.string(), fc.anything()), (value, fields) => {
        for (const rule of [value, { ...RULE, ...fields }]) {
          const error = errorOf(rule);
          if (error !== undefined) expect(error).toMatchObject({ code: 'ERR_INVALID_RULE' });
        }
      }),
      { numRuns: 300 },
    );
  });
});

describe('checkMetrics', () => {
  it('gives alert, severity, metric, value and threshold of each broken rule (R-089)', () => {
    expect(checkMetrics({ latency_p95_ms: 5001, error_rate: 0.02 })).toEqual([
      { alert: 'High Latency', severity: 'warning', metric: 'latency_p95_ms', value: 5001, threshold: 5000 },
      { alert: 'Error Rate', severity: 'critical', metric: 'error_rate', value: 0.02, threshold: 0.01 },
    ]);
  });

  it('compares strictly (R-089)', () => {
    const atThreshold = Object.fromEntries(DEFAULT_RULES.map((rule) => [rule.metric, rule.threshold]));
    expect(checkMetrics(atThreshold)).toEqual([]);
  });

  it('skips metrics that are absent or not a number (R-089)', () => {
    expect(checkMetrics({})).toEqual([]);
    expect(checkMetrics({ error_rate: Number.NaN, faithfulness_score: null, hallucination_rate: undefined })).toEqual(
      [],
    );
    expect(checkMetrics({ latency_p95_ms: '9000' as unknown as number })).toEqual([]);
  });

  it.each([null, undefined, 5, 'x', []])('refuses %j for metrics', (given) => {
    expect(() => checkMetrics(given as never)).toThrow('ERR_INVALID_OPTION: metrics must be an object');
  });

  it('has no rules with an empty list', () => {
    expect(checkMetrics({ latency_p95_ms: 9e9 }, [])).toEqual([]);
  });

  it('takes metrics of any name and multiplies a pinned baseline', () => {
    const own: AlertRule = { name: 'Own', metric: 'my number', threshold: 2, comparison: 'gte' };
    const relative = { ...own, relativeTo: 'baseline', baseline: 10 } as const;
    expect(checkMetrics({ 'my number': 2 }, [own])).toHaveLength(1);
    expect(checkMetrics({ 'my number': 20 }, [relative])).toMatchObject([{ threshold: 20 }]);
    expect(checkMetrics({ 'my number': 20 }, [{ ...own, relativeTo: 'baseline' }])).toEqual([]);
  });
});

describe('the catalogue', () => {
  it.each([
    ['R-074', CATALOG.tokensPerRequest, 'tokens_per_request', 'gte', 2, 'baseline'],
    ['R-075', CATALOG.timeoutRate, 'timeout_rate', 'gt', 0.005, undefined],
    ['R-076', CATALOG.queueDepth, 'queue_depth', 'gt', 100, undefined],
    ['R-077', CATALOG.dailySpend(250), 'daily_spend_usd', 'gt', 250, undefined],
    ['R-078', CATALOG.costPerRequestSpike, 'cost_per_request_usd', 'gt', 3, 'baseline'],
    ['R-080', CATALOG.rateLimit, 'rate_limit_remaining_ratio', 'lt', 0.1, undefined],
    ['R-081', CATALOG.promptCacheDrop, 'cache_hit_ratio', 'lt', 0.5, 'baseline'],
    ['R-084', CATALOG.safetyTriggers(3), 'safety_triggers', 'gt', 3, undefined],
    ['R-085', CATALOG.thumbsDownSpike, 'thumbs_down_rate', 'gt', 2, 'baseline'],
    ['R-086', CATALOG.promptInjection, 'prompt_injections', 'gte', 1, undefined],
    ['R-070', CATALOG.availability, 'availability', 'lt', 0.99, undefined],
    ['R-114', CATALOG.stepLatency, 'latency_p99_ms', 'gt', 3, 'baseline'],
    ['R-121', CATALOG.dailyTokens(5), 'daily_tokens', 'gt', 5, undefined],
  ])('has the rule of %s', (_, rule, metric, comparison, threshold, relativeTo) => {
    expect(rule).toMatchObject({ metric, comparison, threshold });
    expect(rule.relativeTo).toBe(relativeTo);
    expect(resolveRules([rule])).toHaveLength(1);
  });

  it('asks for the daily spend', () => {
    expect(() => CATALOG.dailySpend(undefined as unknown as number)).toThrow('dailySpend(usd)');
    expect(() => CATALOG.dailySpend(Number.NaN)).toThrow('dailySpend(usd)');
  });
});
