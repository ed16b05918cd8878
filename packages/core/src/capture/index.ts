export { type Capture, type CaptureOptions, createCapture } from './capture.ts';
export { isCredential } from './credential.ts';
export { isSecretName } from './rules.ts';
export type { CaptureReport, DeferredContent } from './capturing.ts';
export { bareMessage, DELTA_MODES, type DeltaMode, mapRuns, referenceOf, type Side } from './deltas.ts';
export type { Plain } from './plain.ts';
export {
  isCaptureSetting,
  type AsyncDetector,
  type CaptureMode,
  type CapturePolicy,
  type CaptureSetting,
  type CaptureSubject,
  type Detector,
  type LimitOptions,
  type RedactionRule,
  type RedactOptions,
} from './options.ts';
export type { RedactionScope } from './redactor.ts';
