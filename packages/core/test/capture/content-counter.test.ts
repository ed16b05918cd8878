import fc from 'fast-check';
import { expect, it } from 'vitest';
import { ContentCounter, type ContentLimits, JsonEncoder } from '../../src/content/index.ts';
import { NO_REDACTION } from '../../src/redaction/index.ts';

const LIMITS: ContentLimits = { depth: 4, arrayLength: 5, objectKeys: 6, stringBytes: 120 };

/** What a walk says about a value. */
function measured(value: unknown, limits = LIMITS) {
  const [counter, encoder] = [new ContentCounter(limits), new JsonEncoder(limits, NO_REDACTION)];
  const isJson = counter.count(value);
  const json = encoder.encode(value);
  return {
    counted: { isJson, bytes: counter.bytes, truncated: counter.truncated },
    encoded: { isJson: json !== undefined, bytes: encoder.bytes, truncated: encoder.truncated },
  };
}

const cyclic: Record<string, unknown> = { name: 'a' };
cyclic['self'] = cyclic;

const base64 = Buffer.from('Payload 1 of a picture. '.repeat(60)).toString('base64');

const hostile = {
  get secret(): never {
    throw new Error('no');
  },
  text: 'grün',
};

const VALUES: readonly unknown[] = [
  undefined,
  null,
  Symbol('s'),
  10n ** 40n,
  () => 'a function',
  'text',
  'lone \ud800 surrogate',
  'ü'.repeat(100),
  base64,
  `data:image/png;base64,${base64}`,
  { type: 'blob', content: base64, title: 'A picture', context: 'of a cat' },
  { type: 'blob', content: Buffer.from('bytes'), mime_type: 'image/png' },
  { type: 'blob', modality: 'image' },
  { role: 'user', parts: [{ type: 'text', content: 'Hello' }], finish_reason: 'stop' },
  { role: 'user', parts: [{ type: 'text', content: 'Hello' }] },
  [['password', 'a'], { name: 'x-api-key', value: 'b' }],
  new Map([['a', 'one']]),
  new Map([[{}, 'one']]),
  new Set(['one', 'two']),
  new Error('failed'),
  new AggregateError([new Error('one')], 'many', { cause: 'a reason' }),
  new DOMException('stop', 'AbortError'),
  new URLSearchParams('a=one&a=two'),
  new Headers({ accept: 'text/plain' }),
  new Blob(['bytes'], { type: 'text/plain' }),
  { source: { type: 'base64', media_type: 'image/png', data: 'iVBORw0KGgo=' } },
  { type: 'text', mimeType: 'text/plain', data: 'hello' },
  new Date(0),
  new Date(Number.NaN),
  /pattern/,
  Promise.resolve('a'),
  Object('boxed'),
  new Uint8Array(7),
  Array.from({ length: 40 }, (_, index) => index / 3),
  Array.from({ length: 9 }, (_, index) => `element ${index}`),
  Object.fromEntries(Array.from({ length: 9 }, (_, index) => [`key ${index}`, 'value'])),
  { ['k'.repeat(300)]: 'a', ['k'.repeat(299)]: 'b' },
  { 'a\ud800': 'a', 'a\udbff': 'b' },
  { a: { b: { c: { d: { e: 'deep' } } } } },
  { toJSON: () => 'as JSON' },
  { toJSON: () => undefined },
  { toJSON: (key: string) => `as ${key}` },
  { inner: { toJSON: (key: string) => `as ${key}` } },
  cyclic,
  hostile,
  new Proxy({}, { ownKeys: () => expect.fail('a trap') }),
];

it.each(VALUES)('counts content that is not written as content that is: %#', (value) => {
  for (const limits of [LIMITS, { ...LIMITS, stringBytes: 8192, arrayLength: 1000, objectKeys: 200, depth: 16 }]) {
    const { counted, encoded } = measured(value, limits);
    expect(counted).toEqual(encoded);
  }
});

it('counts any data as it is encoded', () => {
  const strings = fc.string({ maxLength: 40 });
  const data = fc.anything({
    maxDepth: 5,
    maxKeys: 8,
    withMap: true,
    withSet: true,
    withDate: true,
    values: [strings],
  });
  fc.assert(
    fc.property(data, (value) => {
      const { counted, encoded } = measured(value);
      expect(counted).toEqual(encoded);
    }),
    { numRuns: process.env['SPANLINE_LONG'] === '1' ? 5000 : 30, seed: 1 },
  );
});
