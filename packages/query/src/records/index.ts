export { createKeyReader, type KeyReader } from './key-reader.ts';
export type { ReadOptions, TracesOptions } from './read-options.ts';
export { readPlaces } from './read-places.ts';
export { type Progress, readRecords, type ReadRecord } from './read-records.ts';
export { endMs, isSpanEnd, startMs } from './times.ts';
