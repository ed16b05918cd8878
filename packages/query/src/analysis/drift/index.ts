export type { DriftRow } from './comparison.ts';
export { type Drift, DRIFT_LEVEL, driftOf, type DriftOptions } from './drift.ts';
export { DRIFT_FIELDS, type DriftField } from './samples.ts';
