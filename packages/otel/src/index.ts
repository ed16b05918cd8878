export { SpanlineContextManager } from './context-manager.ts';
export { type LogRecordProcessorOptions, SpanlineLogRecordProcessor } from './log-processor.ts';
export { SpanlineSpanProcessor, type SpanProcessorOptions } from './processor.ts';
export type { HrTime, OtelContext, OtelEvent, OtelSpan, OtelSpanContext, OtelSpanRef } from './host/otel-span.ts';
export type { OtelLogRecord } from './host/otel-log.ts';
