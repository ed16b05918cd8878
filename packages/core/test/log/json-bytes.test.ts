import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { runs } from '../../../../test/support/effort.ts';
import { createJsonBytes, type JsonBytes } from '../../src/log/json-bytes.ts';

function jsonOf(json: JsonBytes, object: object): string {
  json.begin();
  for (const [key, value] of Object.entries(object)) json.member(key, value);
  const length = json.finish('\n');
  return json.bytes().toString('utf8', 0, length);
}

const text = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.string({ unit: 'binary', minLength: 49, maxLength: 200 }),
  fc.constantFrom('\uD800', `${'x'.repeat(60)}\uDC00`, '\u0000\b\t\n\f\r\u001F\u007F', '1532→287', '"\\'.repeat(40)),
);
const scalar = fc.oneof(text, fc.double(), fc.integer(), fc.boolean());

describe('the bytes of an object', () => {
  it('are those of its JSON, object after object', () => {
    const json = createJsonBytes();
    const keys = text.filter((key) => key !== '__proto__');
    fc.assert(
      fc.property(fc.dictionary(keys, fc.oneof(scalar, fc.array(scalar, { maxLength: 4 }))), (object) => {
        expect(jsonOf(json, object)).toBe(`${JSON.stringify(object)}\n`);
      }),
      { numRuns: runs(200, 5000) },
    );
  });

  it('find room, however long its texts are', () => {
    const json = createJsonBytes();
    const object = { escaped: '\n'.repeat(30_000), wide: '→'.repeat(30_000), long: 'x'.repeat(2_000_000), last: 1 };
    expect(jsonOf(json, object)).toBe(`${JSON.stringify(object)}\n`);
    expect(jsonOf(json, { a: 1 })).toBe('{"a":1}\n');
    expect(json.bytes().length).toBeLessThan(1_000_000);
  });

  it('take members that are JSON already, also alone', () => {
    const json = createJsonBytes();
    json.begin();
    json.members('"a":1');
    json.members('"b":[2]');
    json.member('c', null);
    expect(json.bytes().toString('utf8', 0, json.finish(''))).toBe('{"a":1,"b":[2],"c":null}');
  });
});
