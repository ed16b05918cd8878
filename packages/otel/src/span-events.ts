/** Events that came as log records, until the spans that they are about end. */
import type { Span } from '@spanline/core';
import { sharedState } from '@spanline/instrumentation';
import type { OtelEvent } from './host/otel-span.ts';
import { MAX_EVENTS } from './reading/index.ts';

/** They live as long as the span. All copies share them. */
const waiting = sharedState('otel-events', () => new WeakMap<Span, OtelEvent[]>());

/** Keeps an event for the line of its span. */
export function keepEvent(span: Span, event: OtelEvent): void {
  const kept = waiting.get(span);
  if (kept === undefined) waiting.set(span, [event]);
  else if (kept.length < MAX_EVENTS) kept.push(event);
}

/** Takes the events of a span that ends. */
export function takeEvents(span: Span): readonly OtelEvent[] {
  const kept = waiting.get(span) ?? [];
  waiting.delete(span);
  return kept;
}
