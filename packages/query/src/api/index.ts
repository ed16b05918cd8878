export { open, type OpenOptions, type Query, type QueryFilter, type StatsOptions, type TableOptions } from './open.ts';
export { readSpans, type SpanSelection } from './read-spans.ts';
export type { ReadOptions, TracesOptions } from './scan.ts';
export type { QuerySource } from './source.ts';
export type { Table, WriteOptions } from './table.ts';
