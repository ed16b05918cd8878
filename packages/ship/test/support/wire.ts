/** A protobuf message: the values of each field, in order. */
type Message = Map<number, (bigint | Uint8Array)[]>;

function varint(bytes: Uint8Array, at: number): [bigint, number] {
  let value = 0n;
  for (let index = at, shift = 0n; ; index++, shift += 7n) {
    const byte = bytes[index];
    if (byte === undefined) throw new Error('the message ends inside a number');
    value |= BigInt(byte & 0x7f) << shift;
    if (byte < 0x80) return [value, index + 1];
  }
}

/** Reads the wire format of protobuf: numbers, fixed64 and length-delimited fields. */
function readMessage(bytes: Uint8Array): Message {
  const message: Message = new Map();
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let at = 0; at < bytes.length;) {
    const [tag, afterTag] = varint(bytes, at);
    const wire = Number(tag & 7n);
    let value: bigint | Uint8Array;
    if (wire === 0) [value, at] = varint(bytes, afterTag);
    else if (wire === 1) [value, at] = [view.getBigUint64(afterTag, true), afterTag + 8];
    else if (wire === 5) [value, at] = [BigInt(view.getUint32(afterTag, true)), afterTag + 4];
    else {
      const [length, start] = varint(bytes, afterTag);
      at = start + Number(length);
      value = bytes.subarray(start, at);
    }
    const field = Number(tag >> 3n);
    message.set(field, [...(message.get(field) ?? []), value]);
  }
  return message;
}

const bytesOf = (message: Message, field: number): Uint8Array[] =>
  (message.get(field) ?? []).filter((value) => typeof value !== 'bigint');

const text = (bytes: Uint8Array | undefined): string => Buffer.from(bytes ?? []).toString('utf8');

const hex = (bytes: Uint8Array | undefined): string => Buffer.from(bytes ?? []).toString('hex');

function anyValue(bytes: Uint8Array): unknown {
  const message = readMessage(bytes);
  const [string] = bytesOf(message, 1);
  if (string !== undefined) return text(string);
  const [array] = bytesOf(message, 5);
  if (array !== undefined) return bytesOf(readMessage(array), 1).map(anyValue);
  const double = message.get(4)?.[0];
  if (typeof double === 'bigint') return new Float64Array(new BigUint64Array([double]).buffer)[0];
  return Number(message.get(3)?.[0] ?? message.get(2)?.[0]);
}

function attributes(message: Message, field: number): Record<string, unknown> {
  return Object.fromEntries(
    bytesOf(message, field).map((bytes) => {
      const pair = readMessage(bytes);
      return [text(bytesOf(pair, 1)[0]), anyValue(bytesOf(pair, 2)[0] ?? new Uint8Array())];
    }),
  );
}

/** Spans of an `ExportTraceServiceRequest` (opentelemetry-proto `trace.proto`), each with its resource and scope. */
export function readTraces(body: Uint8Array): Record<string, unknown>[] {
  return bytesOf(readMessage(body), 1).flatMap((resourceSpans) => {
    const group = readMessage(resourceSpans);
    const resource = attributes(readMessage(bytesOf(group, 1)[0] ?? new Uint8Array()), 1);
    return bytesOf(group, 2).flatMap((scopeSpans) => {
      const scoped = readMessage(scopeSpans);
      const scope = text(bytesOf(readMessage(bytesOf(scoped, 1)[0] ?? new Uint8Array()), 1)[0]);
      return bytesOf(scoped, 2).map((bytes) => {
        const span = readMessage(bytes);
        return {
          resource,
          scope,
          traceId: hex(bytesOf(span, 1)[0]),
          spanId: hex(bytesOf(span, 2)[0]),
          parentSpanId: hex(bytesOf(span, 4)[0]),
          name: text(bytesOf(span, 5)[0]),
          kind: Number(span.get(6)?.[0]),
          start: span.get(7)?.[0],
          end: span.get(8)?.[0],
          attributes: attributes(span, 9),
          events: bytesOf(span, 11).map((event) => ({
            name: text(bytesOf(readMessage(event), 2)[0]),
            attributes: attributes(readMessage(event), 3),
          })),
          status: Number(readMessage(bytesOf(span, 15)[0] ?? new Uint8Array()).get(3)?.[0] ?? 0),
        };
      });
    });
  });
}
