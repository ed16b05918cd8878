export type { Dimension, Metrics, MetricsOptions } from './metrics/aggregator.ts';
export type { MetricValues } from './metrics/catalogue.ts';
export { type LogLines, metrics } from './metrics/offline.ts';
export { CATALOG } from './rules/catalog.ts';
export { checkMetrics } from './rules/check.ts';
export { DEFAULT_RULES } from './rules/defaults.ts';
export type { AlertRule, Breach, Comparison, NoDataMode, Severity } from './rules/types.ts';
