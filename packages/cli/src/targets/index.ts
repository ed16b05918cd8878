export { checkUrl, connectCluster, connectDatadog, datadogSite } from './connect.ts';
export { applyAll, showPlan } from './keep.ts';
