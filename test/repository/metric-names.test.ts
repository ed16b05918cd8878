import { describe, expect, it } from 'vitest';
import { METRIC_NAMES, type MetricName, METRICS } from '@spanline/dashboards';
import { resolveRules } from '@spanline/monitor/offline';
import { PANELS } from '@spanline/viewer';

/** Metrics of dashboards that rules do not have: of steps, of the number of results, and of alert lines. */
const OF_DASHBOARDS = ['step_p50_ms', 'step_p95_ms', 'step_p99_ms', 'evaluations', 'alerts_fired'];
/** The viewer has no unit of its own for a number of documents. */
const UNITS: Readonly<Record<string, string>> = { documents: 'score' };

function isMetricOfRules(metric: string): boolean {
  try {
    resolveRules([{ name: 'rule', metric, threshold: 0.5, comparison: 'gt' }]);
    return true;
  } catch {
    return false;
  }
}

const panels = PANELS.map(({ id, figures, unit }) => ({
  id,
  unit,
  names: figures.metrics.map((metric) => (typeof metric === 'string' ? metric : metric.name)),
}));

describe('a metric has one name', () => {
  it('in dashboards and in rules', () => {
    expect(METRIC_NAMES.filter((name) => !isMetricOfRules(name)).toSorted()).toEqual(OF_DASHBOARDS.toSorted());
    expect(isMetricOfRules('no_such_metric')).toBe(false);
  });

  it('in dashboards and in the viewer, with one unit', () => {
    const known = new Set<string>(METRIC_NAMES);
    expect(
      panels.flatMap(({ id, names }) => names.filter((name) => !known.has(name)).map((name) => [id, name])),
    ).toEqual([]);
    const units = panels.map(({ id, names }) => [
      id,
      ...new Set(names.map((name) => METRICS[name as MetricName].unit).map((unit) => UNITS[unit] ?? unit)),
    ]);
    expect(units).toEqual(panels.map(({ id, unit }) => [id, unit]));
  });
});
