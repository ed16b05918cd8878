import type { Span } from '../api/index.ts';
import { isTraceId } from '../context/index.ts';
import type { RecordedSpan } from './span.ts';

/** Says that a span was caused by another trace without being part of it. What is no trace id is not written. */
export function linkTo(span: Span, traceId: string): void {
  if (span.isRecording && isTraceId(traceId)) (span as RecordedSpan).linkTraceId = traceId;
}
