export type {
  AlertOptions,
  AsyncDetector,
  CaptureMode,
  CapturePolicy,
  CaptureSetting,
  CaptureSubject,
  Clock,
  Content,
  ContentOptions,
  ContextValues,
  Detector,
  EndedSpan,
  EndOptions,
  ForeignContext,
  Labels,
  LimitOptions,
  ModelPrice,
  PriceStep,
  PriceTable,
  SteppedPrice,
  TokenPrice,
  TokenPrices,
  Profile,
  RedactionRule,
  RedactOptions,
  RedactPaths,
  RemoteContext,
  SamplingOptions,
  InstrumentationScope,
  ScoreOptions,
  ServiceOptions,
  Span,
  SpanOptions,
  TailOptions,
  TailTrace,
  Tracer,
  TracerOptions,
  TracerStats,
} from './api/index.ts';
export { currentSpan, withContext } from './context/index.ts';
export { defaultTracer, setDefaultTracer } from './default-tracer.ts';
export { SpanlineError, type SpanlineErrorDetails } from '@spanline/record';
export {
  lineRedaction,
  type LineRedaction,
  type LineRedactionOptions,
  type RedactLine,
} from './line-redaction/index.ts';
export { correlation, createLogger, type LoggerOptions } from './log/index.ts';
export { type CallOptions, observe, type ObserveDecorator, type ObserveOptions, traceable } from './observe/index.ts';
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
} from './steps/index.ts';
export {
  createItemizer,
  createTracer,
  type Itemize,
  type ItemizerOptions,
  loadPrices,
  type LoadPricesOptions,
} from './tracer/index.ts';
export type { Bill, BillItem } from './usage/index.ts';
