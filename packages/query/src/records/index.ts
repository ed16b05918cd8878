export { idNumber } from './compact-values.ts';
export { createKeyReader, type KeyReader, OTHER_PROFILES } from './key-reader.ts';
export type { ReadOptions, TracesOptions } from './read-options.ts';
export { readPlaces } from './read-places.ts';
export { badReason, type Progress, readRecord, readRecords, type ReadRecord } from './read-records.ts';
export { endMs, isSpanEnd, lineMs, startMs } from './times.ts';
