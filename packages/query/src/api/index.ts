export { open, type OpenOptions } from './open.ts';
export type { Query, StatsOptions, TableOptions } from './query.ts';
export { readSpans, type SpanSelection } from './read-spans.ts';
export type { ReadOptions, TracesOptions } from '../records/index.ts';
export type { QuerySource } from './source.ts';
export type { Table, WriteOptions } from './table.ts';
export type { QueryFilter } from './names.ts';
