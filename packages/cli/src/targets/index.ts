export {
  checkUrl,
  connectCluster,
  connectDatadog,
  connectKibana,
  connectOpensearchDashboards,
  datadogSite,
} from './connect.ts';
export { applyAll, showPlan } from './keep.ts';
