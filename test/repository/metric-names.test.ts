import { describe, expect, it } from 'vitest';
import { METRIC_NAMES, METRICS, PANELS } from '@spanline/dashboards';
import { resolveRules } from '@spanline/monitor/offline';
import { PANELS as CHARTS } from '@spanline/viewer';

/** Metrics of dashboards that rules do not have: of steps, of the number of results, and of alert lines. */
const OF_DASHBOARDS = [
  'step_p50_ms',
  'step_p95_ms',
  'step_p99_ms',
  'request_cost_usd',
  'request_tokens',
  'evaluations',
  'alerts_fired',
];
function isMetricOfRules(metric: string): boolean {
  try {
    resolveRules([{ name: 'rule', metric, threshold: 0.5, comparison: 'gt' }]);
    return true;
  } catch {
    return false;
  }
}

describe('a metric has one name', () => {
  it('in dashboards and in rules', () => {
    expect(METRIC_NAMES.filter((name) => !isMetricOfRules(name)).toSorted()).toEqual(OF_DASHBOARDS.toSorted());
    expect(isMetricOfRules('no_such_metric')).toBe(false);
  });

  it('in dashboards and in the viewer, with one unit', () => {
    const shown = CHARTS.flatMap(({ metrics, unit }) => metrics.map((name) => [name, unit]));
    expect(shown).toEqual(PANELS.flatMap(({ metrics }) => metrics.map((name) => [name, METRICS[name].unit])));
  });
});
