/** OpenTelemetry's log records, as far as this package reads them: those of its SDK for logs 0.200 and later, and 3. */
import type { HrTime, OtelSpanContext } from './otel-span.ts';

/** A log record (`ReadableLogRecord`). One with a name is an event. */
export interface OtelLogRecord {
  readonly hrTime?: HrTime;
  /** The span in whose context it was written. */
  readonly spanContext?: OtelSpanContext | undefined;
  readonly body?: unknown;
  readonly attributes?: Readonly<Record<string, unknown>>;
  readonly eventName?: string | undefined;
}

/** The name of the event, if the record is one. Up to 2025 it was an attribute. */
export function eventNameOf({ eventName, attributes }: OtelLogRecord): string | undefined {
  const name = eventName ?? attributes?.['event.name'];
  return typeof name === 'string' && name !== '' ? name : undefined;
}
