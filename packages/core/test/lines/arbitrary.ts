import fc from 'fast-check';
import { attributeKeys, type AttributeKind, type AttributeRow, ATTRIBUTES, type SpanRecord } from '@spanline/record';

const hex = (length: number) =>
  fc
    .array(fc.integer({ min: 0, max: 15 }), { minLength: length, maxLength: length })
    .map((digits) => digits.map((digit) => digit.toString(16)).join(''))
    .filter((text) => !/^0+$/.test(text));

const text = fc.string({ unit: 'grapheme', maxLength: 40 }).map((value) => value.toWellFormed());

const KINDS: Record<AttributeKind, fc.Arbitrary<unknown>> = {
  string: text,
  text,
  json: fc.jsonValue().map((value) => JSON.stringify(JSON.parse(JSON.stringify(value)))),
  boolean: fc.boolean(),
  int: fc.nat(),
  double: fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => (Object.is(value, -0) ? 0 : value)),
  strings: fc.array(text, { maxLength: 3 }),
};

const SHAPED: Record<string, fc.Arbitrary<unknown>> = {
  '@timestamp': fc.constant('2026-11-23T09:12:35.958Z'),
  'spanline.read_at': fc.constant('2026-11-23T09:12:36.000Z'),
  'event.start': fc.constant('2026-11-23T09:12:34.123456Z'),
  level: fc.constantFrom('info', 'warn', 'error'),
  'event.id': fc.nat().map((sequence) => `m3k9x2-${sequence}`),
  trace_id: hex(32),
  'spanline.link.trace_id': hex(32),
  span_id: hex(16),
  parent_span_id: hex(16),
  trace_flags: fc.constantFrom('00', '01', '03'),
};

function arbitraryOf(key: string, { kind, values, minimum }: AttributeRow): fc.Arbitrary<unknown> {
  if (SHAPED[key] !== undefined) return SHAPED[key];
  if (values !== undefined) return fc.constantFrom(...values);
  if (minimum !== undefined) return fc.nat();
  return KINDS[kind];
}

const REQUIRED = attributeKeys(({ required }) => required !== undefined);

const label = fc.constantFrom('tenant', 'plan', '__proto__', 'constructor', 'a_b');

/** Valid records of every kind, with any of their keys. */
export const records: fc.Arbitrary<SpanRecord> = fc
  .tuple(
    fc.record(Object.fromEntries(Object.entries(ATTRIBUTES).map(([key, row]) => [key, arbitraryOf(key, row)])), {
      requiredKeys: REQUIRED,
      noNullPrototype: true,
    }),
    fc.uniqueArray(fc.tuple(label, fc.oneof(text, fc.nat(), fc.boolean())), { selector: ([key]) => key }),
  )
  .map(([record, labels]) => ({
    ...record,
    ...Object.fromEntries(labels.map(([key, value]) => [`labels.${key}`, value])),
  })) as unknown as fc.Arbitrary<SpanRecord>;
