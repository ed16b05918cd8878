import type { ProtobufTraceSerializer } from '@opentelemetry/otlp-transformer';
import type { OtlpTraces } from '@spanline/record';

/** What OpenTelemetry's serializer reads. */
type ReadableSpan = Parameters<typeof ProtobufTraceSerializer.serializeRequest>[0][number];
type OtlpSpan = OtlpTraces['resourceSpans'][number]['scopeSpans'][number]['spans'][number];
type OtlpAttribute = OtlpSpan['attributes'][number];
type AttributeValue = string | number | boolean | string[];

const NANOS_PER_SECOND = 1_000_000_000n;

function toTime(nanos: string): [number, number] {
  const value = BigInt(nanos);
  return [Number(value / NANOS_PER_SECOND), Number(value % NANOS_PER_SECOND)];
}

function toValue(value: OtlpAttribute['value']): AttributeValue {
  if ('stringValue' in value) return value.stringValue;
  if ('boolValue' in value) return value.boolValue;
  if ('intValue' in value) return Number(value.intValue);
  if ('doubleValue' in value) return value.doubleValue;
  return value.arrayValue.values.map((entry) => String(toValue(entry)));
}

const toAttributes = (attributes: readonly OtlpAttribute[]): Record<string, AttributeValue> =>
  Object.fromEntries(attributes.map(({ key, value }) => [key, toValue(value)]));

/** The serializer counts kinds from 0, the protocol from 1. */
const KIND_OFFSET = 1;

function toReadable(
  span: OtlpSpan,
  resource: ReadableSpan['resource'],
  scope: ReadableSpan['instrumentationScope'],
): ReadableSpan {
  const { traceId, spanId, parentSpanId } = span;
  const traceFlags = (span.flags ?? 0) & 0xff;
  const readable: unknown = {
    name: span.name,
    kind: span.kind - KIND_OFFSET,
    spanContext: () => ({ traceId, spanId, traceFlags }),
    ...(parentSpanId === undefined ? {} : { parentSpanContext: { traceId, spanId: parentSpanId, traceFlags } }),
    startTime: toTime(span.startTimeUnixNano),
    endTime: toTime(span.endTimeUnixNano),
    status: span.status,
    attributes: toAttributes(span.attributes),
    links: [],
    events: (span.events ?? []).map(({ name, timeUnixNano, attributes }) => ({
      name,
      time: toTime(timeUnixNano),
      attributes: toAttributes(attributes),
    })),
    duration: [0, 0],
    ended: true,
    resource,
    instrumentationScope: scope,
    droppedAttributesCount: 0,
    droppedEventsCount: 0,
    droppedLinksCount: 0,
  };
  return readable as ReadableSpan;
}

/** Spans of OTLP/JSON as OpenTelemetry's protobuf serializer takes them. */
export function toReadableSpans({ resourceSpans }: OtlpTraces): ReadableSpan[] {
  return resourceSpans.flatMap(({ resource, scopeSpans }) => {
    const attributes = toAttributes(resource.attributes);
    const shared = { attributes } as ReadableSpan['resource'];
    return scopeSpans.flatMap(({ scope, spans }) => spans.map((span) => toReadable(span, shared, scope)));
  });
}
