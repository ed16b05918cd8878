export {
  type AsyncDetector,
  CAPTURE_MODES,
  type CaptureMode,
  type CapturePolicy,
  type CaptureSetting,
  type CaptureSubject,
  DELTA_MODES,
  type DeltaMode,
  type Detector,
  isCaptureSetting,
  type LimitOptions,
  type RedactionRule,
  type RedactOptions,
  type RedactPaths,
} from './capture.ts';
export type { ContextValues, PromptReference, ForeignContext, Labels, RemoteContext } from './context.ts';
export type { AlertOptions, ScoreOptions } from './events.ts';
export type { ModelPrice, PriceStep, PriceTable, SteppedPrice, TokenPrice, TokenPrices } from './prices.ts';
export type { SamplingOptions, TailOptions, TailTrace } from './sampling.ts';
export type { Content, EndOptions, InstrumentationScope, Span, SpanOptions } from './span.ts';
export type { Clock, ContentOptions, Profile, ServiceOptions, TracerOptions } from './tracer-options.ts';
export type { EndedSpan, Tracer, TracerStats } from './tracer.ts';
export { captureCheck, labelsCheck, loggerCheck, tracerCheck } from './checks.ts';
