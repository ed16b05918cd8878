/** Functions that read the lines of a log alone. They load neither a tracer nor pino. */
export { backtest, type BacktestResult, type Incident } from './backtest/backtest.ts';
export { formatBacktest } from './backtest/format.ts';
export { learnBaselines, type LearnOptions } from './backtest/learn.ts';
export type { Dimension, Metrics, MetricsOptions } from './metrics/aggregator.ts';
export type { MetricValues } from './metrics/catalogue.ts';
export { formatDaily } from './metrics/daily.ts';
export { type LogLines, metrics } from './metrics/log-metrics.ts';
export { CATALOG } from './rules/catalog.ts';
export { check, type CheckedRequirement, type CheckResult } from './rules/check.ts';
export { checkMetrics } from './rules/check-metrics.ts';
export { DEFAULT_RULES } from './rules/defaults.ts';
export { ExpressionError } from './rules/expression/error.ts';
export { toExpression } from './rules/expression/condition.ts';
export { formatValue as formatMetric } from './rules/expression/names.ts';
export { resolveRules } from './rules/resolve.ts';
export type { AlertRule, AlertRuleInput, ExpectRule, ResolvedRule } from './rules/types.ts';
