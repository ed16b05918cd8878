import type { OtlpAttribute, OtlpFormat, OtlpSpan } from './format.ts';
import { createProtobufWriter, delimited, type ProtobufWriter } from './protobuf.ts';

type Value = OtlpAttribute['value'];

/** trace.proto: `SPAN_FLAGS_CONTEXT_HAS_IS_REMOTE_MASK`. The parent is known to be local. */
const HAS_IS_REMOTE = 0x100;
const TRACE_FLAGS = 0xff;
/** Range of int64; both bounds are exact doubles. */
const INT64_BOUND = 2 ** 63;

/** Numbers without a fraction are sent as integers, also those of double attributes. */
function writeNumber(writer: ProtobufWriter, value: number): void {
  if (Number.isInteger(value) && value >= -INT64_BOUND && value < INT64_BOUND) writer.varint(3, value);
  else writer.double(4, value);
}

/** common.proto: `AnyValue`. */
function writeValue(writer: ProtobufWriter, value: Value): void {
  if ('stringValue' in value) writer.string(1, value.stringValue);
  else if ('boolValue' in value) writer.varint(2, value.boolValue ? 1 : 0);
  else if ('intValue' in value) writeNumber(writer, Number(value.intValue));
  else if ('doubleValue' in value) writeNumber(writer, value.doubleValue);
  else {
    const { values } = value.arrayValue;
    writer.message(5, () => {
      for (const entry of values) writer.message(1, () => writeValue(writer, entry));
    });
  }
}

/** common.proto: repeated `KeyValue`. */
function writeAttributes(writer: ProtobufWriter, field: number, attributes: readonly OtlpAttribute[]): void {
  for (const { key, value } of attributes) {
    writer.message(field, () => {
      writer.string(1, key);
      writer.message(2, () => writeValue(writer, value));
    });
  }
}

/** trace.proto: `Span`. The fields stand in the order of their numbers. */
function writeSpan(writer: ProtobufWriter, span: OtlpSpan): void {
  writer.hex(1, span.traceId);
  writer.hex(2, span.spanId);
  if (span.parentSpanId !== undefined) writer.hex(4, span.parentSpanId);
  writer.string(5, span.name);
  writer.varint(6, span.kind);
  writer.fixed64(7, span.startTimeUnixNano);
  writer.fixed64(8, span.endTimeUnixNano);
  writeAttributes(writer, 9, span.attributes);
  writer.varint(10, 0);
  for (const { timeUnixNano, name, attributes } of span.events ?? []) {
    writer.message(11, () => {
      writer.fixed64(1, timeUnixNano);
      writer.string(2, name);
      writeAttributes(writer, 3, attributes);
      writer.varint(4, 0);
    });
  }
  writer.varint(12, 0);
  writer.varint(14, 0);
  writer.message(15, () => {
    const { message, code } = span.status;
    if (message !== undefined && message !== '') writer.string(2, message);
    writer.varint(3, code);
  });
  writer.fixed32(16, ((span.flags ?? 0) & TRACE_FLAGS) | HAS_IS_REMOTE);
}

/**
 * OTLP/protobuf (opentelemetry-proto `trace.proto`, `common.proto`, `resource.proto`), byte for byte as
 * `@opentelemetry/otlp-transformer` encodes it. Each encoded part is a complete field of the message around it, so that
 * parts are joined by concatenation.
 */
export function createProtobufFormat(): OtlpFormat {
  const writer = createProtobufWriter();
  const field = (number: number, write: () => void): Buffer => {
    writer.clear();
    writer.message(number, write);
    return writer.copy();
  };
  return {
    contentType: 'application/x-protobuf',
    encodeResource: ({ attributes }) =>
      field(1, () => {
        writeAttributes(writer, 1, attributes);
        writer.varint(2, 0);
      }),
    encodeScope: ({ name, version }) =>
      field(1, () => {
        writer.string(1, name);
        if (version !== undefined && version !== '') writer.string(2, version);
      }),
    encodeSpan: (span) => field(2, () => writeSpan(writer, span)),
    join: (resourceSpans) =>
      Buffer.concat(
        resourceSpans.flatMap(({ resource, scopeSpans }) => {
          const scopes = scopeSpans.flatMap(({ scope, spans }) => delimited(2, [scope, ...spans]));
          return delimited(1, [resource, ...scopes]);
        }),
      ),
  };
}
