export { columnsOf, namesIn, type TableColumn } from './columns.ts';
export { type CallSpan, type CostRow, type Costs, type CostSums, rateStart, toCosts } from './cost-sums.ts';
export { createOpenTraces } from './open-traces.ts';
export { selfTimes } from './self-time.ts';
export { COMPARED_KEYS, createStatsCollector, type Stats, STATS_KEYS, type StatsRow, toStats } from './stats.ts';
export {
  closestKey,
  keysOf,
  partOfTrace,
  toTrace,
  toTrees,
  type Trace,
  TRACE_KEYS,
  type TraceKey,
  type TraceSpan,
} from './trace.ts';
export { SUMMARY_KEYS, type SessionTrace, type TraceScore, type TraceSummary } from './trace-summary.ts';
export { createTraceCollector, type TraceCollector } from './traces.ts';
export { csvHead, csvRow, jsonRow, type TableRow } from './write-table.ts';
