export { columnsOf, namesIn, type TableColumn } from './columns.ts';
export { createOpenTraces } from './open-traces.ts';
export { selfTimes } from './self-time.ts';
export { createStatsCollector, type Stats, STATS_KEYS, type StatsRow, toStats } from './stats.ts';
export { closestKey, keysOf, toTrace, type Trace, TRACE_KEYS, type TraceKey, type TraceSpan } from './trace.ts';
export { createTraceCollector, SUMMARY_KEYS, type TraceSummary } from './traces.ts';
export { csvHead, csvRow, jsonRow, type TableRow } from './write-table.ts';
