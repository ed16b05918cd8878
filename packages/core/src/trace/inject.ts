/** Outgoing W3C trace context. */
import { currentSpan, currentValues, formatBaggage, formatTraceparent } from '../context/index.ts';
import { stateOf } from './span-state.ts';

/**
 * Writes `traceparent`, `tracestate` and the allow-listed `baggage` of the current span into `headers`. Writes nothing
 * outside of spans.
 */
export function injectCurrent(headers: Record<string, string>): void {
  const state = stateOf(currentSpan());
  if (state === undefined) return;
  const { baggage } = currentValues();
  headers.traceparent = formatTraceparent(state.traceId, state.spanId, state.traceFlags);
  if (state.traceState !== undefined) headers.tracestate = state.traceState;
  if (baggage !== undefined) headers.baggage = formatBaggage(baggage);
}
