export type { DriftRow } from './comparison.ts';
export { type Drift, DRIFT_LEVEL, driftOf } from './drift.ts';
export { DRIFT_FIELDS, type DriftField } from './samples.ts';
