import { describe, expect, it } from 'vitest';
import { type PrometheusAlert, prometheusRules } from '@spanline/dashboards';
import { type AlertRule, CATALOG, DEFAULT_RULES } from '@spanline/monitor/offline';

const RULE: AlertRule = { name: 'Errors', metric: 'error_rate', threshold: 0.1, comparison: 'gt' };

function alertsOf(rule: AlertRule): readonly PrometheusAlert[] {
  const [result] = prometheusRules([rule], { filter: 'job="rag"' });
  return result?.kind === 'compiled' ? result.bodies : [];
}

function reasonOf(rule: AlertRule): string {
  const [result] = prometheusRules([rule]);
  return result?.kind === 'refused' ? result.reason : '';
}

describe('prometheusRules()', () => {
  it('compiles every default rule', () => {
    expect(prometheusRules(DEFAULT_RULES).map(({ kind }) => kind)).toEqual(DEFAULT_RULES.map(() => 'compiled'));
  });

  it('makes one alert of a rule, which waits as long as the rule before it recovers', () => {
    const [alert, ...others] = alertsOf({ ...RULE, recoverAfterMinutes: 2.5 });
    expect([alert?.alert, alert?.keep_firing_for, others]).toEqual(['Errors', '150s', []]);
    expect(alert?.expr).toContain('spanline_requests_total{status="error", job="rag"}[15m]');
  });

  it('makes an alert of each severity, and one for missing data', () => {
    const alerts = alertsOf({ ...RULE, severity: 'critical', warningThreshold: 0.05, noData: 'alert' });
    expect(alerts.map(({ alert, labels }) => [alert, labels['severity']])).toEqual([
      ['Errors', 'critical'],
      ['Errors: no data', 'critical'],
      ['Errors', 'warning'],
    ]);
  });

  it('keeps an alert by itself only where the rule does', () => {
    expect(alertsOf({ ...RULE, noData: 'ok' })[0]?.expr).not.toContain('ALERTS');
    expect(alertsOf({ ...RULE, noData: 'ok', recoveryThreshold: 0.05 })[0]?.expr).toContain('ALERTS');
    expect(alertsOf(RULE)[0]?.expr).toContain('ALERTS');
  });

  it('multiplies thresholds by a baseline that is given', () => {
    const expr = alertsOf({ ...CATALOG.stepLatency, baseline: 400 })[0]?.expr;
    expect(expr).toContain('> 1200 and on (step)');
  });

  it('does not let texts be templates', () => {
    const [alert] = alertsOf({ ...RULE, name: '{{ .Labels }}' });
    expect(alert?.annotations['summary']).toBe('{{"{{"}} .Labels }}');
  });

  it.each<[AlertRule, RegExp]>([
    [CATALOG.tokensPerRequest, /without baseline.*Give the rule a baseline/],
    [CATALOG.tokenAnomaly, /deviation/],
    [CATALOG.scoreDrift('tone'), /drift/],
    [{ ...RULE, step: 'rerank' }, /does not have error_rate by step/],
    [{ ...RULE, metric: 'web_searches' }, /does not have web_searches/],
    [{ ...RULE, metric: 'requests', minSamples: 5 }, /minSamples/],
    [{ ...RULE, metric: 'latency_p95_ms', threshold: 400_000 }, /never fire/],
    [{ ...CATALOG.stepLatency, baseline: 400, noData: 'alert' }, /each step/],
  ])('refuses what it cannot say: %#', (rule, reason) => {
    expect(reasonOf(rule)).toMatch(reason);
  });
});
