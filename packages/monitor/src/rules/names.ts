import { metricReader } from '../metrics/catalogue.ts';

/** True for fixed names, `<evaluation>_score`, `<evaluation>_rate` and `gauge.<name>`. */
export function isMetricName(name: string): boolean {
  return metricReader(name) !== undefined;
}

const LEAST_FOR_RATIOS = 20;

/** Samples that a window needs by default before a value of the metric means anything. */
export function leastSamples(metric: string): number {
  return metricReader(metric)?.oneIsEnough === true ? 1 : LEAST_FOR_RATIOS;
}

/** True for what belongs to a calendar day, and so to the whole service. */
export function isDailyMetric(metric: string): boolean {
  return metricReader(metric)?.isDaily === true;
}
