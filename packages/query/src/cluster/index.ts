export { isSpan, openCluster, passing } from './open-cluster.ts';
export { clusterStats } from './stats.ts';
export { type ClusterSource, isClusterSource, toTarget } from './target.ts';
export { clusterTrace } from './trace.ts';
export { clusterTraces, linesOfTraces } from './traces.ts';
