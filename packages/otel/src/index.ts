export { SpanlineContextManager } from './context-manager.ts';
export { SpanlineSpanProcessor, type SpanProcessorOptions } from './processor.ts';
export type { HrTime, OtelContext, OtelEvent, OtelSpan, OtelSpanContext, OtelSpanRef } from './host/otel-span.ts';
