export { findTrace, type FoundTrace } from './find-trace.ts';
export { open, type OpenOptions } from './open.ts';
export type { ExamineOptions, FollowedTraces, Query, StatsOptions, TableOptions } from './query.ts';
export { readSpans, type SpanSelection } from './read-spans.ts';
export type { ReadOptions, TracesOptions } from '../records/index.ts';
export type { QuerySource } from './source.ts';
export { createTable, type Table, type WriteOptions } from './table.ts';
export type { QueryFilter } from './names.ts';
