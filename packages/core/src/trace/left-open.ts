import type { Span } from '../api/index.ts';
import type { RecordedSpan } from './span.ts';

/** Says how to set what the source of an open span has gathered: told when the tracer ends the span in its place, because the process ends or too many are open. */
export function onLeftOpen(span: Span, tell: () => void): void {
  if (span.isRecording) (span as RecordedSpan).leftOpen = tell;
}
