export type {
  AsyncDetector,
  CaptureMode,
  CapturePolicy,
  CaptureSetting,
  CaptureSubject,
  Detector,
  LimitOptions,
  RedactionRule,
  RedactOptions,
} from './capture/options.ts';
export { type ContextValues, currentSpan, type Labels, type RemoteContext, withContext } from './context/index.ts';
export { defaultTracer } from './default-tracer.ts';
export { SpanlineError, type SpanlineErrorDetails } from '@spanline/record';
export { correlation, createLogger, type LoggerOptions } from './log/index.ts';
export { type CallOptions, observe, type ObserveDecorator, type ObserveOptions, traceable } from './observe.ts';
export {
  type JsonSchema,
  jsonSchema,
  type OtlpTraces,
  type ParsedLine,
  parseLine,
  type ParseOptions,
  toDatadog,
  toEcs,
  toOtlp,
} from '@spanline/record';
export {
  type AlertEvent,
  type AlertSeverity,
  type AlertState,
  type ErrorClass,
  type Message,
  type MessagePart,
  type RetrievedDocument,
  SCHEMA_VERSION,
  type SpanAttributes,
  type SpanKind,
  type SpanRecord,
  type SpanStatus,
  type SpanType,
  type ToolDefinition,
  validate,
  type ValidationError,
  type ValidationResult,
} from '@spanline/record';
export { type MissingMessage, type ReconstructedContent, reconstructMessages } from '@spanline/record';
export { score } from './score.ts';
export {
  type LlmAnswer,
  llmSpan,
  type LlmSpanOptions,
  rerankSpan,
  type RerankSpanOptions,
  retrieverSpan,
  type RetrieverSpanOptions,
  type StepOptions,
  toolSpan,
  type ToolSpanOptions,
} from './steps.ts';
export {
  type AlertOptions,
  type Clock,
  type Content,
  type ContentOptions,
  createTracer,
  type EndedSpan,
  type EndOptions,
  type ForeignContext,
  type Profile,
  type SamplingOptions,
  type Scope,
  type ScoreOptions,
  type ServiceOptions,
  type Span,
  type SpanOptions,
  type TailOptions,
  type Tracer,
  type TracerOptions,
  type TracerStats,
} from './trace/index.ts';
export type { ModelPrice, PriceTable } from './usage/cost.ts';
