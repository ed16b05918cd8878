export {
  checkUrl,
  connectCloudwatch,
  connectCluster,
  connectDatadog,
  connectGrafana,
  connectKibana,
  connectOpensearchDashboards,
  datadogSite,
} from './connect.ts';
export type { Resource, StoredResource } from '@spanline/dashboards';
export { applyAll, showComparison, showPlan } from './keep.ts';
