export { datadogDashboard, type DatadogDashboardOptions } from './engines/datadog/dashboard.ts';
export { METRIC_NAMES, type MetricName, METRICS } from './metrics/catalogue.ts';
export type { Condition, Measure, Metric, Selection, Unit } from './metrics/metric.ts';
export type { Panel, PanelKind } from './panels/panel.ts';
export { PANELS } from './panels/panels.ts';
export type { SearchProfile } from './search/condition.ts';
export { panelRows, type PanelRow, panelSearch, type SearchRange } from './search/panel-search.ts';
