export { type Capture, type CaptureOptions, createCapture } from './capture.ts';
export { isCredential } from './credential.ts';
export { isSecretName } from './rules.ts';
export type { CaptureReport, DeferredContent } from './capturing.ts';
export {
  DELTA_MODES,
  type DeltaMode,
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
