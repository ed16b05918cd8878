import { activeValues, currentSpan, formatBaggage, formatTraceparent } from '../context/index.ts';
import { isSpan } from './span.ts';

/** Writes `traceparent`, `tracestate` and allow-listed baggage of the current span into `headers`; outside of spans nothing. */
export function injectCurrent(headers: Record<string, string>): void {
  const span = currentSpan();
  if (span === undefined || !isSpan(span)) return;
  const { traceState, traceFlags } = span.seed;
  const { baggage } = activeValues();
  headers.traceparent = formatTraceparent(span.traceId, span.spanId, traceFlags);
  if (traceState !== undefined) headers.tracestate = traceState;
  if (baggage !== undefined) headers.baggage = formatBaggage(baggage);
}
