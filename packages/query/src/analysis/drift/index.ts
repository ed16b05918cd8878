export { type Drift, DRIFT_FIELDS, DRIFT_LEVEL, type DriftField, driftOf, type DriftRow } from './drift.ts';
