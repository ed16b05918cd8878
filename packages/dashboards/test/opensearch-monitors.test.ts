import { describe, expect, it } from 'vitest';
import { opensearchMonitors } from '@spanline/dashboards';
import { type AlertRule, CATALOG, DEFAULT_RULES } from '@spanline/monitor/offline';
import { jsonSchema } from '@spanline/record';

const RULE: AlertRule = { name: 'Errors', metric: 'error_rate', threshold: 0.1, comparison: 'gt' };

interface Monitor {
  readonly name: string;
  readonly inputs: [{ search: { query: { aggs: Record<string, { filter: { range: { '@timestamp': object } } }> } } }];
  readonly triggers: { query_level_trigger: { name: string; severity: string } }[];
}

function monitorOf(rule: AlertRule): Monitor {
  const [result] = opensearchMonitors([rule], { set: 'rag', filter: 'service.name:rag' });
  if (result?.kind !== 'compiled') throw new Error(result?.reason);
  return result.bodies[0]?.body as unknown as Monitor;
}

describe('opensearchMonitors()', () => {
  it('compiles every default rule, and those of the catalogue whose limits are numbers', () => {
    const rules = [...DEFAULT_RULES, CATALOG.timeoutRate, CATALOG.rateLimit, CATALOG.promptInjection];
    const all = [
      ...rules,
      CATALOG.availability,
      CATALOG.dailySpend(5),
      CATALOG.dailyTokens(9),
      CATALOG.safetyTriggers(1),
    ];
    expect(opensearchMonitors(all).filter(({ kind }) => kind === 'refused')).toEqual([]);
  });

  it('reads a window for each minute of recovery', () => {
    const { name, inputs } = monitorOf({ ...RULE, recoverAfterMinutes: 2 });
    expect(name).toMatch(/^Errors \[spanline:rag\/errors-[0-9a-f]{6}\]$/);
    const { aggs } = inputs[0].search.query;
    expect(Object.values(aggs).map(({ filter }) => filter.range['@timestamp'])).toEqual([
      { gte: '{{period_end}}||-900s', lt: '{{period_end}}', format: 'epoch_millis' },
      { gte: '{{period_end}}||-960s', lt: '{{period_end}}||-1m', format: 'epoch_millis' },
      { gte: '{{period_end}}||-1020s', lt: '{{period_end}}||-2m', format: 'epoch_millis' },
    ]);
  });

  it('covers the UTC day for a daily metric, without a loss', () => {
    const { aggs } = monitorOf({ ...CATALOG.dailySpend(5), recoverAfterMinutes: 0 }).inputs[0].search.query;
    expect(aggs['w0']?.filter.range['@timestamp']).toMatchObject({ gte: '{{period_end}}||-0m/d' });
    const [result] = opensearchMonitors([CATALOG.dailyTokens(5)]);
    expect(result).toMatchObject({ kind: 'compiled', losses: ['minutes'] });
  });

  it('has a trigger for each severity, and one for missing data', () => {
    const { triggers } = monitorOf({ ...RULE, severity: 'critical', warningThreshold: 0.05, noData: 'alert' });
    expect(triggers.map(({ query_level_trigger: { name, severity } }) => [name, severity])).toEqual([
      ['critical', '1'],
      ['warning', '3'],
      ['no data', '1'],
    ]);
  });

  it('names fields of the profile only', () => {
    const text = JSON.stringify(opensearchMonitors(DEFAULT_RULES));
    const fields = [...text.matchAll(/"(?:terms|exists|sum|percentiles|avg|min)":\{"(?:field":")?([\w.@]+)"/g)];
    expect(fields.length).toBeGreaterThan(20);
    const known = JSON.stringify(jsonSchema('ecs'));
    const leaf = (field: string): string => field.split('.').at(-1) ?? '';
    expect(fields.map(([, field]) => field ?? '').filter((field) => !known.includes(leaf(field)))).toEqual([]);
  });

  it.each<[AlertRule, RegExp]>([
    [CATALOG.tokensPerRequest, /baseline/],
    [CATALOG.queueDepth, /queue_depth/],
    [{ ...CATALOG.stepLatency, baseline: 300 }, /perStep/],
    [{ ...RULE, recoverAfterMinutes: 0.5 }, /whole minutes/],
    [{ ...RULE, recoverAfterMinutes: 61 }, /at most 60/],
    [{ ...RULE, metric: 'requests', minSamples: 5 }, /minSamples/],
  ])('refuses what it cannot say: %#', (rule, reason) => {
    const [result] = opensearchMonitors([rule]);
    expect(result).toEqual({ kind: 'refused', rule: rule.name, reason: expect.stringMatching(reason) as string });
  });
});
