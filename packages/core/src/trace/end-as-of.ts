import type { SpanStatus } from '@spanline/record';
import type { Span } from '../api/index.ts';
import type { RecordedSpan } from './span.ts';

/**
 * Ends a span of which is known only now that it ended some time ago.
 *
 * @param agoMs - 0 for now
 */
export function endAsOf(span: Span, agoMs: number, status: SpanStatus): void {
  const { host } = span as Partial<RecordedSpan>;
  span.end(host === undefined || agoMs <= 0 ? { status } : { status, endTime: host.now() - agoMs });
}
