import fc from 'fast-check';
import { jsonSchema } from '@spanline/core';

/** A line's fields; `event.id` says which one it is. */
export type Fields = Record<string, unknown>;

const GENERATED = 500;
const SEED = 20_260_105;
const LONG_TEXT = 'k'.repeat(33_000);

/** An object in an object, so many times. */
export function nested(depth: number): unknown {
  let value: unknown = 'bottom';
  for (let n = 0; n < depth; n++) value = { in: value };
  return value;
}

/** What a search engine refuses by itself, or would with a mapping of the schema and nothing else. */
const CHOSEN: readonly Fields[] = [
  { duration_ms: 'soon' },
  { duration_ms: { ms: 3 } },
  { duration_ms: [1, 'two', null] },
  { 'gen_ai.usage.input_tokens': 1e30 },
  { 'gen_ai.usage.input_tokens': '12 tokens' },
  { 'spanline.late': 'perhaps' },
  { 'spanline.late': ['true', 'maybe'] },
  { '@timestamp': 'yesterday' },
  { '@timestamp': { seconds: 1 } },
  { '@timestamp': '+275760-09-13T00:00:00.001Z' },
  { 'event.start': 'noon' },
  { 'client.ip': 'nowhere' },
  { 'span.name': LONG_TEXT },
  { 'span.name': { first: 'a' } },
  { 'http.request.id': LONG_TEXT },
  { 'labels.note': LONG_TEXT },
  { 'labels.location': { lat: 1, lon: 2 } },
  { 'labels.risk_score': 'high' },
  { 'labels.risk_score': 3 },
  { labels: 'a text' },
  { labels: { '': 1, ' ': 2, 'a..b': 3, '.': 4 } },
  { gen_ai: 'a text' },
  { 'gen_ai.usage': 7 },
  { 'http.request': ['a', 'b'], http: { request: { method: { deep: true } } } },
  { 'gen_ai.input.messages': 'not an array' },
  { 'gen_ai.input.messages': [1, [2, [3]], { a: { b: [null, { c: true }] } }] },
  { 'gen_ai.input.messages': nested(200) },
  { 'spanline.input': { same: 1, 'same.deeper': 2 } },
  { 'spanline.output': { same: { deeper: 'text' } } },
  { 'spanline.gauge.queue': 'many' },
  { 'spanline.odd': 'ours', 'spanline.text': { not: 'a text' } },
  { unknown: nested(200), 'another.one': 1 },
  { another: 'a text where an object was' },
  { '': 'no name', ' ': 'blank', '.': 'dot', 'a.': 1, '.b': 2, 'c..d': 3, 'e. .f': 4 },
  { _id: 'mine', _index: 'elsewhere', _source: { x: 1 }, _type: 't', _version: 'v', _op_type: 'delete', _seq_no: 'x' },
  { 'nul\u0000key': 'nul\u0000value', 'labels.nul\u0000': 'x' },
  { 'span.name': 'lone \ud800 surrogate', 'labels.half': '\udc00' },
  { message: { text: 'an object' } },
  { message: 17, level: { number: 30 }, status: ['a'] },
  { error: 'a text', 'error.message': { is: 'an object' } },
  { host: 'a text', service: 'a text', event: 'a text' },
  Object.fromEntries(Array.from({ length: 2000 }, (_, n) => [`field${n}`, n])),
  { 'spanline.tags': [['nested'], ['lists', ['here']]] },
];

const schemaNames = ['otel', 'ecs'].flatMap((profile) =>
  Object.keys(jsonSchema(profile as 'otel')['properties'] as Record<string, unknown>),
);
const branches = schemaNames.flatMap((name) => name.split('.').map((_, at, parts) => parts.slice(0, at).join('.')));

const anyName = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom(...schemaNames) },
  { weight: 2, arbitrary: fc.constantFrom(...branches.filter((name) => name !== '')) },
  { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 12 }) },
  { weight: 1, arbitrary: fc.string({ maxLength: 8 }).map((name) => `labels.${name}`) },
);
const anyValue = fc.oneof(
  fc.jsonValue({ maxDepth: 4 }),
  fc.string({ unit: 'binary' }),
  fc.constantFrom('2026-01-05T10:00:00.000Z', 'true', '12', '1e5', '::1', LONG_TEXT, ''),
  fc.double(),
  fc.array(fc.oneof(fc.integer(), fc.string(), fc.boolean())),
);
const anyFields = fc
  .array(fc.tuple(anyName, anyValue), { minLength: 1, maxLength: 8 })
  .map((entries): Fields => Object.fromEntries(entries));

/** OpenSearch 2 runs no script on a document with an integer of more than 64 bits, so that it stays as it is. */
const isBeyondScripts = (fields: Fields): boolean => /\d{19}/.test(JSON.stringify(fields));

/** Lines as hostile as an application can write them: chosen and generated ones. Each reads as a record whose `event.id` is its number. */
export function poisonLines(): Fields[] {
  const all = [
    ...CHOSEN,
    ...fc.sample(
      anyFields.filter((fields) => !isBeyondScripts(fields)),
      { numRuns: GENERATED, seed: SEED },
    ),
  ];
  return all.map((fields, n) => ({
    '@timestamp': '2026-01-05T10:00:00.000Z',
    ...fields,
    'event.id': `poison-${n}`,
    'spanline.schema': '1.0',
  }));
}
