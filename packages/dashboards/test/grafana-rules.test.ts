import { describe, expect, it } from 'vitest';
import { grafanaAlertRules, type GrafanaAlertRulesOptions } from '@spanline/dashboards';
import { type AlertRule, CATALOG, DEFAULT_RULES } from '@spanline/monitor/offline';

const RULE: AlertRule = { name: 'Errors', metric: 'error_rate', threshold: 0.1, comparison: 'gt' };

interface Body {
  readonly title: string;
  readonly condition: string;
  readonly data: readonly { refId: string; datasourceUid: string; model: Readonly<Record<string, unknown>> }[];
  readonly keep_firing_for: string;
  readonly noDataState: string;
  readonly annotations: Readonly<Record<string, string>>;
}

function bodiesOf(rule: AlertRule, options: Partial<GrafanaAlertRulesOptions> = {}): Body[] {
  const [result] = grafanaAlertRules([rule], { dataSource: 'uid', set: 'rag', ...options });
  if (result?.kind !== 'compiled') throw new Error(result?.reason);
  return result.bodies.map(({ body }) => body as unknown as Body);
}

const conditionOf = (body: Body | undefined): unknown => body?.data.at(-1)?.model['conditions'];
const lossesOf = (rule: AlertRule, options: Partial<GrafanaAlertRulesOptions> = {}): unknown => {
  const [result] = grafanaAlertRules([rule], { dataSource: 'uid', ...options });
  return result?.kind === 'compiled' ? result.losses : result?.reason;
};

describe('grafanaAlertRules()', () => {
  it('compiles every default rule for a search engine, and for Prometheus those that /metrics has', () => {
    const kinds = (source: GrafanaAlertRulesOptions['source']): string[] =>
      grafanaAlertRules(DEFAULT_RULES, { dataSource: 'uid', ...(source && { source }) }).map(({ kind }) => kind);
    expect(kinds('opensearch')).toEqual(DEFAULT_RULES.map(() => 'compiled'));
    expect(kinds('prometheus')).toEqual(DEFAULT_RULES.map(() => 'compiled'));
  });

  it('recovers as the rule does: later, at its own threshold, and not while samples lack', () => {
    const [body] = bodiesOf({ ...RULE, recoverAfterMinutes: 2.5, recoveryThreshold: 0.05 });
    expect([body?.keep_firing_for, body?.noDataState]).toEqual(['2m30s', 'KeepLast']);
    expect(conditionOf(body)).toEqual([
      { evaluator: { type: 'gt', params: [0.1] }, unloadEvaluator: { type: 'lte', params: [0.05] } },
    ]);
    expect(conditionOf(bodiesOf(RULE)[0])).toMatchObject([{ unloadEvaluator: { type: 'lte', params: [0.1] } }]);
    expect(conditionOf(bodiesOf({ ...RULE, noData: 'ok' })[0])).toEqual([{ evaluator: { type: 'gt', params: [0.1] } }]);
  });

  it('divides counts of a search engine, and has no number below the least samples', () => {
    const [body] = bodiesOf(RULE, { filter: 'service.name:rag' });
    const queries = body?.data.filter(({ datasourceUid }) => datasourceUid === 'uid') ?? [];
    expect(queries.map(({ refId }) => refId)).toEqual(['A', 'C', 'E']);
    expect(queries.filter(({ model }) => !String(model['query']).startsWith('(service.name:rag) AND '))).toEqual([]);
    expect(body?.data.find(({ refId }) => refId === 'G')?.model['expression']).toBe(
      '$B / $D * (($F >= 20) / ($F >= 20))',
    );
    expect(JSON.stringify(bodiesOf(CATALOG.dailySpend(5)))).toContain('AND @timestamp:[now/d TO *]');
  });

  it('reads /metrics at an instant', () => {
    const [body] = bodiesOf(RULE, { source: 'prometheus', filter: 'job="rag"' });
    const expr = String(body?.data[0]?.model['expr']);
    expect(expr).toContain('spanline_requests_total{status="error", job="rag"}[15m]');
    expect(expr).toMatch(/ >= 20\)\) or vector\(NaN\)$/);
    const [steps] = bodiesOf({ ...CATALOG.stepLatency, baseline: 300 }, { source: 'prometheus' });
    expect(steps?.data[0]?.model['expr']).toContain('and on (step)');
  });

  it('makes a rule of each severity, and one for missing data, with their labels', () => {
    const bodies = bodiesOf({ ...RULE, severity: 'critical', warningThreshold: 0.05, noData: 'alert' });
    expect(bodies.map(({ title }) => title)).toEqual(['Errors', 'Errors: warning', 'Errors: no data']);
    expect(conditionOf(bodies[2])).toEqual([{ evaluator: { type: 'lt', params: [20] } }]);
    expect(bodies[1]?.annotations['spanline']).toMatch(/^\[spanline:rag\/errors-[0-9a-f]{6}-warning\]$/);
  });

  it('names what is lost', () => {
    expect(lossesOf({ ...RULE, noData: 'ok' })).toEqual(['minutes']);
    expect(lossesOf(RULE)).toEqual(['minutes', 'gap-restarts-recovery']);
    expect(lossesOf({ ...RULE, noData: 'ok', recoveryThreshold: 0.05 })).toEqual(['minutes', 'no-data-state']);
    expect(lossesOf(CATALOG.dailySpend(5), { source: 'prometheus' })).toEqual(['scrapes', 'unpriced', 'rolling-day']);
  });

  it.each<[AlertRule, Partial<GrafanaAlertRulesOptions>, RegExp]>([
    [CATALOG.tokensPerRequest, {}, /baseline/],
    [CATALOG.queueDepth, {}, /queue_depth/],
    [{ ...CATALOG.stepLatency, baseline: 300 }, {}, /perStep/],
    [{ ...RULE, step: 'rerank' }, { source: 'prometheus' }, /by step/],
  ])('refuses what it cannot say: %#', (rule, options, reason) => {
    expect(lossesOf(rule, options)).toMatch(reason);
  });
});
