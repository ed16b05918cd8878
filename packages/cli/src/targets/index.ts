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
export { applyAll, showPlan } from './keep.ts';
