import { ProtobufTraceSerializer } from '@opentelemetry/otlp-transformer';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ATTRIBUTE_KEYS, ATTRIBUTES, type AttributeRow, parseLine, type SpanRecord, toOtlp } from '@spanline/record';
import type { EncodedLine, SinkEntry } from '@spanline/ship';
import { createLinePolicy } from '../src/sinks/line-policy.ts';
import type { OtlpFormat } from '../src/sinks/otlp/format.ts';
import { jsonFormat } from '../src/sinks/otlp/json-format.ts';
import { createProtobufFormat } from '../src/sinks/otlp/protobuf-format.ts';
import { readField } from '../src/sinks/otlp/protobuf.ts';
import { createSpanCodec, type Origin } from '../src/sinks/otlp/span-codec.ts';
import { toReadableSpans } from './support/readable-spans.ts';

/** Any UTF-16, lone surrogates included. */
const utf16 = fc
  .array(fc.integer({ min: 0, max: 0xff_ff }), { maxLength: 50 })
  .map((units) => String.fromCharCode(...units));
const text = fc.oneof(
  { weight: 10, arbitrary: fc.string({ maxLength: 200 }) },
  { weight: 5, arbitrary: utf16 },
  { weight: 1, arbitrary: fc.constantFrom('x'.repeat(127), 'x'.repeat(128), 'ä'.repeat(20_000)) },
);
const number = fc.oneof(
  fc.integer(),
  fc.maxSafeInteger(),
  fc.double({ noNaN: true }),
  fc.constantFrom(-0, 2 ** 53, 2 ** 62, 2 ** 63, -(2 ** 63), 1e300),
);
const hex = (length: number): fc.Arbitrary<string> =>
  fc.string({ unit: fc.constantFrom(...'0123456789abcdef'), minLength: length, maxLength: length }).map((digits) => {
    return digits.replace(/.$/, '1');
  });

function valueOf({ kind }: AttributeRow): fc.Arbitrary<unknown> {
  if (kind === 'int' || kind === 'double') return number;
  if (kind === 'boolean') return fc.boolean();
  return kind === 'strings' ? fc.array(text, { maxLength: 4 }) : text;
}

/** Keys of resource and scope have few values below, so that spans share them. */
const GROUP_KEYS = /^(service|deployment|host|process|otel\.scope)\./;

const attributes = fc
  .subarray(
    ATTRIBUTE_KEYS.filter((key) => !GROUP_KEYS.test(key)),
    { maxLength: 15 },
  )
  .chain((keys) => fc.record(Object.fromEntries(keys.map((key) => [key, valueOf(ATTRIBUTES[key])] as const))));
const own = fc.record(
  {
    'service.name': fc.constantFrom('rag-api', 'worker', 'ü'),
    'deployment.environment.name': fc.constantFrom('test', 'ü'.repeat(100)),
    'process.pid': fc.constantFrom(1, 70_000),
    'otel.scope.name': fc.constantFrom('@spanline/core', 'x'),
    'otel.scope.version': fc.constantFrom('0.1.0', ''),
    parent_span_id: hex(16),
    trace_flags: fc.constantFrom('00', '01', 'ff'),
    'span.kind': fc.constantFrom('INTERNAL', 'SERVER', 'CLIENT'),
    'span.status': fc.constantFrom('ok', 'error', 'unset'),
    'error.message': text,
  },
  { requiredKeys: ['service.name'] },
);
const identity = fc.record({
  'spanline.schema': fc.constant('1.0'),
  'event.name': fc.constant('span.end'),
  'event.start': fc
    .date({ min: new Date(0), max: new Date('2199-01-01'), noInvalidDate: true })
    .map((date) => date.toISOString()),
  'event.duration': fc.nat(),
  'span.name': text,
  trace_id: hex(32),
  span_id: hex(16),
});
const records = fc.array(
  fc.tuple(attributes, own, identity).map((parts) => Object.assign({}, ...parts) as SpanRecord),
  { maxLength: 8 },
);

/** Encodes records as the sink does: each line by itself, then all of them as one request. */
function encode(format: OtlpFormat, given: readonly SpanRecord[]): Buffer {
  const codec = createSpanCodec(format, createLinePolicy('full', undefined));
  const entries = given.flatMap((record): SinkEntry<Origin>[] => {
    const line = JSON.stringify(record);
    const place = { source: 'writer-1-a', file: '000000000001.ndjson', offset: 0 };
    const encoded: EncodedLine<Origin> = codec.encode({ ...place, bytes: Buffer.from(line), torn: false });
    if (encoded.kind !== 'entry') return [];
    return [
      { ...place, line, meta: encoded.meta, body: Buffer.concat(encoded.parts.map((part) => Buffer.from(part))) },
    ];
  });
  return codec.join({ entries });
}

/** The records as they are read back from lines of the log. */
const logged = (given: readonly SpanRecord[]): SpanRecord[] =>
  given.flatMap((record) => parseLine(JSON.stringify(record))?.record ?? []);

describe('the OTLP encoder', () => {
  it('writes the protobuf that @opentelemetry/otlp-transformer writes, byte for byte', () => {
    fc.assert(
      fc.property(records, (given) => {
        const expected = ProtobufTraceSerializer.serializeRequest(toReadableSpans(toOtlp(logged(given))));
        expect(encode(createProtobufFormat(), given).toString('hex')).toBe(Buffer.from(expected ?? []).toString('hex'));
      }),
      { numRuns: process.env['SPANLINE_LONG'] === '1' ? 3000 : 200 },
    );
  });

  it('writes the JSON of the spans as one request', () => {
    fc.assert(
      fc.property(records, (given) => {
        expect(encode(jsonFormat, given).toString()).toBe(JSON.stringify(toOtlp(logged(given))));
      }),
      { numRuns: 50 },
    );
  });

  it('reads a response as @opentelemetry/otlp-transformer does', () => {
    fc.assert(
      fc.property(fc.nat({ max: 2 ** 31 - 1 }), fc.string(), (rejected, message) => {
        const varint = (value: number): number[] =>
          value < 128 ? [value] : [(value % 128) | 128, ...varint(Math.floor(value / 128))];
        const reason = [...Buffer.from(message)];
        const inner = [0x08, ...varint(rejected), 0x12, ...varint(reason.length), ...reason];
        const body = Uint8Array.from([0x0a, ...varint(inner.length), ...inner]);
        const partial = readField(body, 1);
        expect(partial).toBeInstanceOf(Uint8Array);
        expect(readField(partial as Uint8Array, 1)).toBe(rejected);
        expect(ProtobufTraceSerializer.deserializeResponse(body)?.partialSuccess?.rejectedSpans).toBe(rejected);
      }),
    );
  });

  it.each([
    ['the field is missing', [], undefined],
    ['a fixed64 and a fixed32 come first', [0x11, 1, 2, 3, 4, 5, 6, 7, 8, 0x1d, 1, 2, 3, 4, 0x08, 5], 5],
  ])('reads a field when %s', (_, bytes, expected) => {
    expect(readField(Uint8Array.from(bytes), 1)).toBe(expected);
  });

  it.each([
    ['a length', [0x0a, 5, 1]],
    ['a varint', [0x08, 0x80]],
    ['a group', [0x0b]],
  ])('refuses a message with a broken %s', (_, bytes) => {
    expect(() => readField(Uint8Array.from(bytes), 1)).toThrow(RangeError);
  });
});
