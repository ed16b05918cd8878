import { ObjectSerializer } from '@datadog/datadog-api-client/dist/packages/datadog-api-client-v1/models/ObjectSerializer.js';
import { describe, expect, it } from 'vitest';
import { datadogMonitors } from '@spanline/dashboards';
import { type AlertRule, CATALOG, DEFAULT_RULES } from '@spanline/monitor/offline';

/** Parts that a model of Datadog's API does not know, with their places. */
function unknownParts(value: unknown, path = ''): string[] {
  if (typeof value !== 'object' || value === null) return [];
  const { _unparsed: isUnparsed, additionalProperties, ...members } = value as Record<string, unknown>;
  const extra = Object.keys((additionalProperties as object | undefined) ?? {}).map((key) => `${path}.${key}`);
  const inner = Object.entries(members).flatMap(([key, member]) => unknownParts(member, `${path}.${key}`));
  return [...(isUnparsed === true ? [path] : []), ...extra, ...inner];
}

const RULE: AlertRule = { name: 'Errors', metric: 'error_rate', threshold: 0.1, comparison: 'gt' };

function bodyOf(rule: AlertRule): Readonly<Record<string, unknown>> {
  const [result] = datadogMonitors([rule], { set: 'rag', filter: 'service:rag', notify: '@slack-llm' });
  if (result?.kind !== 'compiled') throw new Error(result?.reason);
  return result.bodies[0]?.body ?? {};
}

describe('datadogMonitors()', () => {
  const all = [
    ...DEFAULT_RULES,
    CATALOG.rateLimit,
    CATALOG.availability,
    CATALOG.promptInjection,
    CATALOG.dailySpend(5),
  ];

  it.each([...all, { ...RULE, severity: 'critical' as const, warningThreshold: 0.05, noData: 'alert' as const }])(
    'are monitors that the client of Datadog knows whole: $name, $metric',
    (rule) => {
      expect(unknownParts(ObjectSerializer.deserialize(bodyOf(rule), 'Monitor', ''))).toEqual([]);
    },
  );

  it('are ones that the client would refuse with an aggregation that there is not', () => {
    const latency = bodyOf({ ...RULE, metric: 'latency_p95_ms', threshold: 5000 });
    const odd: unknown = JSON.parse(JSON.stringify(latency).replace('pc95', 'p95'));
    expect(unknownParts(ObjectSerializer.deserialize(odd, 'Monitor', ''))).not.toEqual([]);
  });

  it('divide the searches of a ratio, within the filter', () => {
    const body = bodyOf({ ...RULE, recoveryThreshold: 0.02 });
    expect(body['query']).toBe('formula("of0 / per0").last("15m") > 0.1');
    expect(body['message']).toMatch(/^error_rate > 10% over 15 min\.\n@slack-llm\n\[spanline:rag\/errors-\w{6}\]$/);
    expect(body['options']).toMatchObject({ thresholds: { critical: 0.1, critical_recovery: 0.02 } });
    const queries = [...JSON.stringify(body).matchAll(/"search":\{"query":"(.*?)"\}/g)].map(([, query]) => query ?? '');
    expect([queries.length, queries.filter((query) => !query.startsWith('service:rag '))]).toEqual([2, []]);
  });

  it('name what is lost', () => {
    const [result] = datadogMonitors([RULE]);
    expect(result).toMatchObject({ kind: 'compiled', losses: ['minutes', 'recovers-at-once', 'min-samples'] });
  });

  it.each<[AlertRule, RegExp]>([
    [CATALOG.tokensPerRequest, /baseline/],
    [{ ...RULE, windowMinutes: 1.5 }, /whole minutes/],
  ])('refuse what they cannot say: %#', (rule, reason) => {
    const [result] = datadogMonitors([rule]);
    expect(result).toEqual({ kind: 'refused', rule: rule.name, reason: expect.stringMatching(reason) as string });
  });
});
