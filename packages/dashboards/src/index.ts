export { applyChanges, type AppliedChange, planFor } from './apply/apply.ts';
export type { Difference } from './apply/differences.ts';
export { type Change, planChanges } from './apply/plan.ts';
export { ApplyError, type Collection, type Resource, type StoredResource } from './apply/resource.ts';
export { cloudwatchDashboard, type CloudwatchDashboardOptions } from './engines/cloudwatch/dashboard.ts';
export {
  type CloudwatchClient,
  cloudwatchDashboards,
  type CloudwatchDashboardsOptions,
} from './engines/cloudwatch/dashboards.ts';
export { datadogDashboard } from './engines/datadog/dashboard.ts';
export { datadogDashboards, type DatadogDashboardsOptions } from './engines/datadog/dashboards.ts';
export {
  grafanaDashboard,
  type GrafanaOptions,
  type GrafanaSchema,
  type GrafanaSource,
} from './engines/grafana/dashboard.ts';
export { grafanaDashboards, type GrafanaDashboardsOptions } from './engines/grafana/dashboards.ts';
export { kibanaDashboard, type KibanaDashboardOptions } from './engines/kibana/dashboard.ts';
export { kibanaDashboards, type KibanaDashboardsOptions } from './engines/kibana/dashboards.ts';
export { savedObjectCollection, type SavedObjectCollectionOptions } from './engines/saved-objects/collection.ts';
export {
  importFile,
  type SavedObject,
  savedObjects,
  type SavedObjectsOptions,
} from './engines/saved-objects/saved-objects.ts';
export { type ChartSource, vegaChart } from './engines/saved-objects/vega.ts';
export type { RenderOptions } from './engines/render-options.ts';
export {
  METRIC_NAMES,
  type MetricName,
  METRICS,
  type Condition,
  type Measure,
  type Metric,
  type Selection,
  type Unit,
  type Panel,
  type PanelKind,
  PANELS,
} from '@spanline/record/metrics';
export { promql, type PromqlOptions } from './metrics/promql.ts';
export {
  type Accepted,
  type Compilation,
  type Explanation,
  explainRule,
  type LossName,
  LOSSES,
  type Refused,
} from './rules/compiled.ts';
export {
  cloudwatchAlarmCollection,
  type CloudwatchAlarmClient,
  type CloudwatchAlarmCollectionOptions,
} from './rules/cloudwatch/collection.ts';
export { cloudwatchLogAlarms, type CloudwatchLogAlarmsOptions } from './rules/cloudwatch/log-alarms.ts';
export { datadogMonitorCollection } from './rules/datadog/collection.ts';
export { datadogMonitors, type DatadogMonitorsOptions } from './rules/datadog/datadog-monitors.ts';
export { grafanaAlertRules, type GrafanaAlertRulesOptions } from './rules/grafana/alert-rules.ts';
export { grafanaRuleCollection, type GrafanaRuleCollectionOptions } from './rules/grafana/collection.ts';
export { kibanaRuleCollection, type KibanaRuleCollectionOptions } from './rules/kibana/collection.ts';
export { kibanaRules, type KibanaRulesOptions } from './rules/kibana/kibana-rules.ts';
export { opensearchMonitorCollection, type OpensearchMonitorCollectionOptions } from './rules/opensearch/collection.ts';
export { opensearchMonitors, type OpensearchMonitorsOptions } from './rules/opensearch/monitors.ts';
export {
  type PrometheusAlert,
  prometheusRules,
  type PrometheusRulesOptions,
} from './rules/prometheus/prometheus-rules.ts';
export { prometheusRuleFile } from './rules/prometheus/rule-file.ts';
export type { SearchProfile } from './search/condition.ts';
export { terraformFile, type TerraformResource, type TerraformValue } from './terraform/terraform-file.ts';
export { panelRows, type PanelRow, panelSearch, type SearchRange } from './search/panel-search.ts';
