export type { Alert, LikelyCause } from './alerts/alert.ts';
export { type AlertStore, fileAlertStore } from './alerts/alert-store.ts';
export { type Channel, ChannelError } from './alerts/channel.ts';
export { backtest, type BacktestResult, type Incident } from './backtest/backtest.ts';
export { formatBacktest } from './backtest/format.ts';
export { learnBaselines, type LearnOptions } from './backtest/learn.ts';
export { budget, type Budget, type BudgetOptions } from './budget/budget.ts';
export { BudgetExceededError, type BudgetScope } from './budget/exceeded.ts';
export { type BudgetStore, fileBudgetStore } from './budget/store.ts';
export type { DeliveryStats } from './channels/delivery.ts';
export { email, type EmailMessage, type EmailOptions } from './channels/email.ts';
export { pagerDuty, type PagerDutyOptions } from './channels/pager-duty.ts';
export { slack, type SlackOptions } from './channels/slack.ts';
export { verifySignature, webhook, type WebhookOptions } from './channels/webhook.ts';
export type { QuietHours } from './evaluation/quiet-hours.ts';
export type { DispatchOptions } from './live/dispatch-options.ts';
export type { MonitorMemory, MonitorOptions } from './live/monitor-options.ts';
export { createMonitor } from './live/monitor.ts';
export type { Monitor, MonitorStats, OpenAlert } from './live/monitor-interface.ts';
export type { Dimension, Metrics, MetricsOptions } from './metrics/aggregator.ts';
export type { MetricValues } from './metrics/catalogue.ts';
export { formatDaily } from './metrics/daily.ts';
export { type LogLines, metrics } from './metrics/log-metrics.ts';
export {
  genAiMetrics,
  type GenAiMetricsOptions,
  type OtelAttributes,
  type OtelCounter,
  type OtelHistogram,
  type OtelMeter,
} from './otel/index.ts';
export type { MetricsHandler, MetricsHandlerOptions } from './prometheus/create-handler.ts';
export { metricsHandler } from './prometheus/on-demand.ts';
export { CATALOG } from './rules/catalog.ts';
export { check, type CheckedRequirement, type CheckResult } from './rules/check.ts';
export { checkMetrics } from './rules/check-metrics.ts';
export { DEFAULT_RULES } from './rules/defaults.ts';
export { ExpressionError } from './rules/expression/error.ts';
export type {
  AlertRule,
  AlertRuleInput,
  Breach,
  Comparison,
  CompleteRule,
  ExpectRule,
  NoDataMode,
  Relation,
  Severity,
} from './rules/types.ts';
