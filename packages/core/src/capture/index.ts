export { type Capture, type CaptureOptions, createCapture } from './capture.ts';
export type { CaptureReport, DeferredContent, TraceMemory } from './captured-line.ts';
