export { type Capture, type CaptureOptions, createCapture } from './capture.ts';
export { type CaptureReport, createTraceMemory, type DeferredContent, type TraceMemory } from './captured-line.ts';
export type { IdCapture } from './id-capture.ts';
export { loggedKey, TEXT_KEYS } from './keys.ts';
export type { LineCapture, LineMode } from './line-capture.ts';
