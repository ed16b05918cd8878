export { deleteDocuments, type DeletedDocuments, type DeleteOptions } from './delete.ts';
export { clusterCosts } from './costs.ts';
export { followCluster } from './follow.ts';
export { EVERYTHING, isSpan, openCluster, passing } from './open-cluster.ts';
export { clusterSessionTraces } from './sessions.ts';
export { clusterStats } from './stats.ts';
export { type ClusterSource, isClusterSource, toTarget } from './target.ts';
export { clusterTrace } from './trace.ts';
export { clusterTraces, linesOfTraces } from './traces.ts';
