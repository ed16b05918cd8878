/** Events that OpenTelemetry has for spans, until they end. */
import type { Span } from '@spanline/core';
import { sharedState } from '@spanline/instrumentation';
import type { OtelEvent } from './host/otel-span.ts';
import { MAX_EVENTS, otherEvent } from './reading/index.ts';

/** Events of OpenTelemetry's spans that came as log records. They live as long as the span. All copies share them. */
const waiting = sharedState('otel-events', () => new WeakMap<Span, OtelEvent[]>());

/** Keeps an event for the line of its span. */
export function keepEvent(span: Span, event: OtelEvent): void {
  const kept = waiting.get(span);
  if (kept === undefined) waiting.set(span, [event]);
  else if (kept.length < MAX_EVENTS) kept.push(event);
}

const NO_EVENTS: readonly OtelEvent[] = [];

/** Takes the events of a span that ends. */
export function takeEvents(span: Span): readonly OtelEvent[] {
  const kept = waiting.get(span);
  if (kept === undefined) return NO_EVENTS;
  waiting.delete(span);
  return kept;
}

/** Events on the lines of spans of ours. */
const written = sharedState('otel-own-events', () => new WeakMap<Span, unknown[]>());

/** Writes an event on a span of ours. */
export function writeEvent(span: Span, event: OtelEvent): void {
  if (!span.isRecording) return;
  let events = written.get(span);
  if (events === undefined) {
    written.set(span, (events = []));
    // The line is made at the end of the span, of all that the list has then.
    span.set({ 'spanline.events': events });
  }
  if (events.length < MAX_EVENTS) events.push(otherEvent(event));
}
