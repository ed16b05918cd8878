export { type Capture, type CaptureOptions, createCapture } from './capture.ts';
export { isCredential } from './credential.ts';
export { isSecretName, RULE_NAMES } from './rules.ts';
export type { CaptureReport, DeferredContent } from './capturing.ts';
export type { RedactionScope } from './redactor.ts';
