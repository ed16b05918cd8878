/** Cases for `promtool test rules`: what Prometheus would read of a log at intervals, and the alerts that are to fire. */
import {
  Counter,
  Gauge,
  Histogram,
  type MetricValueWithName,
  type OpenMetricsContentType,
  Registry,
} from 'prom-client';
import type { SpanRecord } from '@spanline/record';
import { SpanMetrics } from '../../../packages/monitor/src/prometheus/span-metrics.ts';

type Line = Readonly<Record<string, unknown>>;

/** An alert that is to fire, as promtool compares it. */
interface ExpectedAlert {
  readonly exp_labels: Readonly<Record<string, string>>;
  readonly exp_annotations: Readonly<Record<string, string>>;
}

/** A file of `promtool test rules`. */
export interface PromtoolFile {
  readonly rule_files: readonly string[];
  readonly evaluation_interval: string;
  readonly tests: readonly {
    readonly interval: string;
    readonly input_series: readonly { readonly series: string; readonly values: string }[];
    readonly alert_rule_test: readonly {
      readonly eval_time: string;
      readonly alertname: string;
      readonly exp_alerts: readonly ExpectedAlert[];
    }[];
  }[];
}

const nameOf = ({ metricName, labels }: MetricValueWithName<string>): string =>
  `${metricName}{${Object.entries(labels)
    .map(([name, value]) => `${name}=${JSON.stringify(String(value))}`)
    .join(',')}}`;

/** The series of `/metrics` at the end of each interval. @param times - epoch milliseconds */
export async function seriesOfLog(
  lines: readonly Line[],
  times: readonly number[],
): Promise<{ series: string; values: string }[]> {
  const registry = new Registry<OpenMetricsContentType>();
  registry.setContentType(Registry.OPENMETRICS_CONTENT_TYPE);
  const metrics = new SpanMetrics({ Counter, Gauge, Histogram, Registry }, registry, 'spanline_');
  const series = new Map<string, string[]>();
  let next = 0;
  for (const [index, time] of times.entries()) {
    for (; next < lines.length && Date.parse(String(lines[next]?.['@timestamp'])) <= time; next++) {
      metrics.add(lines[next] as unknown as SpanRecord);
    }
    for (const metric of await registry.getMetricsAsJSON()) {
      for (const value of metric.values as MetricValueWithName<string>[]) {
        const { metricName = metric.name } = value;
        const name = nameOf({ ...value, metricName: metricName });
        const values = series.get(name) ?? Array.from({ length: index }, () => '_');
        values.push(String(value.value));
        series.set(name, values);
      }
    }
  }
  return [...series].map(([name, values]) => ({ series: name, values: values.join(' ') }));
}
