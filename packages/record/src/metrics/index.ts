export { type MetricName, METRIC_NAMES, METRICS, REQUEST } from './catalogue.ts';
export type { Condition, Measure, Metric, Selection, Unit } from './metric.ts';
export type { Panel, PanelKind } from './panel.ts';
export { PANELS } from './panels.ts';
