import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ATTRIBUTE_KEYS, parseLine, toDatadog, toEcs, type SpanRecord } from '@spanline/record';
import { runs } from '../../../../test/support/effort.ts';
import { createKeyReader, idNumber, startMs } from '../../src/records/index.ts';
import { oddRecord, record } from '../support/arbitrary.ts';
import { span } from '../support/logs.ts';

const KEYS = [
  'trace_id',
  'span_id',
  'span.name',
  'level',
  'message',
  'duration_ms',
  'gen_ai.usage.input_tokens',
  'spanline.cost.usd',
  'spanline.tags',
  'spanline.retrieval.empty',
  'labels.seats',
  'user.id',
];

/** Pieces of lines that are not what a tracer writes. */
const oddity = fc.constantFrom(
  '"span.name":"a\\u0041b"',
  '"span.name":"caf\u00e9 \u{1F600}"',
  '"span.name":null',
  '"span.name":"twice"',
  '"span\\u002ename":"twice"',
  '"duration_ms":1e3',
  '"duration_ms":-0.5',
  '"duration_ms":01',
  '"duration_ms":1.',
  '"duration_ms":12345678901234567890',
  '"duration_ms":"12"',
  '"gen_ai.usage.input_tokens":1.5',
  '"spanline.tags":["a","b\\"c"]',
  '"spanline.tags":[1]',
  '"spanline.tags":[]',
  '"labels.seats":true',
  '"labels.__proto__":"x"',
  '"span":{"name":"nested"}',
  '"ddsource":"nodejs"',
  '"log.level":"error"',
  '"trace.id":"0af7651916cd43dd8448eb211c80319c"',
  '"dd.trace_id":"1"',
  '"level":30',
  '"level":"WARN"',
  '"user.id":"u\\\\"',
  '"other":"quote \\" and backslash \\\\"',
  '"other":{"a":[1]}',
  '"broken":',
  '"broken" "x"',
  '"open":"x',
);

const line = fc
  .tuple(
    fc.oneof(record, oddRecord).map((one): SpanRecord => ({ ...span(1), ...one, 'user.id': 'u-1' })),
    fc.array(oddity, { maxLength: 2 }),
    fc.constantFrom('otel', 'otel', 'ecs', 'datadog'),
    fc.constantFrom('', '', '', ' ', '\r', '}'),
  )
  .map(([one, oddities, profile, end]) => {
    const written = profile === 'ecs' ? toEcs(one) : profile === 'datadog' ? toDatadog(one) : one;
    const text = JSON.stringify(written);
    return `${[text.slice(0, -1), ...oddities].join(',')}}${end}`;
  });

/** A chunk with more behind the lines. */
const bytes = (text: string): Buffer => Buffer.from(`${text}\n   `);

describe.each([
  ['some keys', KEYS, false, false],
  ['some keys, in one record', KEYS, false, true],
  ['all keys', ATTRIBUTE_KEYS, true, false],
])('a reader of %s', (_, keys, hasOpenKeys, isReused) => {
  const reader = createKeyReader(keys, { hasOpenKeys, isReused });

  it('reads what parseLine reads, or leaves the line to it', () => {
    fc.assert(
      fc.property(line, line, (text, next) => {
        const chunk = bytes(`${text}\n${next}`);
        const read = reader.read(chunk, 0, chunk.indexOf('\n'));
        if (read === undefined) return;
        const parsed = parseLine(text);
        const wanted = [...keys, ...Object.keys(read)];
        expect(parsed?.kind).not.toBe('log');
        const values = (one: object | undefined): unknown[] =>
          wanted.map((key) => (one as Readonly<Record<string, unknown>>)[key]);
        expect(values(read), text).toEqual(values(parsed?.record));
        if (hasOpenKeys) expect({ ...read }).toEqual(parsed?.record);
      }),
      { numRuns: runs(1000, 10_000) },
    );
  });

  it('reads ids and times as numbers where that is asked for', () => {
    const compact = ['trace_id', 'span_id', '@timestamp', 'event.start'] as const;
    const compared = createKeyReader([...keys, 'event.start'], { hasOpenKeys, isReused, compact });
    fc.assert(
      fc.property(line, (text) => {
        const chunk = bytes(text);
        const read = compared.read(chunk, 0, chunk.indexOf('\n'));
        if (read === undefined) return;
        const whole = parseLine(text)?.record ?? {};
        const numberOf = (id: string | undefined): number | undefined => (id === undefined ? undefined : idNumber(id));
        expect([read.trace_id, read.span_id]).toEqual([numberOf(whole.trace_id), numberOf(whole.span_id)]);
        expect(startMs(read)).toBe(startMs(whole));
      }),
      { numRuns: runs(300, 5000) },
    );
  });

  it('reads the lines that a tracer writes', () => {
    const written = JSON.stringify({
      ...span(1, { message: 'said "no"', 'spanline.tags': ['a'] }),
      message: 'plain',
      'user.id': 'ü',
      'gen_ai.input.messages': JSON.stringify([{ role: 'user', parts: [{ content: 'a "quote" \\' }] }]),
    });
    const chunk = bytes(written);
    const wanted = keys.filter((key) => key !== 'gen_ai.input.messages');
    const read = createKeyReader(wanted, { hasOpenKeys, isReused }).read(chunk, 0, chunk.indexOf('\n'));
    expect(read).toMatchObject({ 'span.name': 'step 1', 'user.id': 'ü', duration_ms: 10, 'spanline.tags': ['a'] });
  });
});
