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
const decimal = fc.tuple(fc.integer(), fc.integer({ min: 0, max: 6 })).map(([value, digits]) => value / 10 ** digits);
const scalar = fc.oneof(text, fc.double(), fc.integer(), decimal, fc.boolean());

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
    const object = { escaped: '\n'.repeat(30_000), wide: '→'.repeat(30_000), long: 'x'.repeat(5_000_000), last: 1 };
    expect(jsonOf(json, object)).toBe(`${JSON.stringify(object)}\n`);
    expect(jsonOf(json, { a: 1 })).toBe('{"a":1}\n');
    expect(json.bytes().length).toBeLessThan(1_000_000);
  });

  it('keep their room for the next object, up to a limit', () => {
    const json = createJsonBytes();
    jsonOf(json, { long: 'x'.repeat(1_048_576) });
    const kept = json.bytes();
    jsonOf(json, { long: '"'.repeat(500_000) });
    expect(json.bytes()).toBe(kept);
    jsonOf(json, { long: 'x'.repeat(5_000_000) });
    jsonOf(json, { a: 1 });
    expect(json.bytes().length).toBeLessThan(1_000_000);
  });

  it('are those of long texts, wherever these are cut into pieces', () => {
    const json = createJsonBytes();
    const signs = ['x', '"', '\\', '\n', '\u0001', 'ß', '→', '👩', '\uD83D', '\uDC69', '\uDC69\uD83D'];
    for (const sign of signs) {
      for (const shift of ['', 'x', 'xy']) {
        const object = { within: `${shift}${sign.repeat(70_000)}`, end: `${'x'.repeat(65_535)}${sign}${shift}` };
        expect(jsonOf(json, object) === `${JSON.stringify(object)}\n`, `${JSON.stringify(sign)} ${shift}`).toBe(true);
      }
    }
  });

  it('are those of texts with signs to escape at any place among prose', () => {
    const json = createJsonBytes();
    const prose = fc.integer({ min: 0, max: 90 }).map((length) => 'prose. '.repeat(13).slice(0, length));
    const sign = fc.constantFrom(
      '"',
      '\\',
      '\n',
      '\t',
      '\u001F',
      '\u007F',
      ' ',
      '!',
      '#',
      '[',
      ']',
      'ß',
      '→',
      '👩',
      '\uD83D',
    );
    const mixed = fc.array(fc.oneof(prose, sign), { minLength: 1, maxLength: 30 }).map((parts) => parts.join(''));
    fc.assert(
      fc.property(mixed, fc.integer({ min: 1, max: 12 }), (part, times) => {
        const object = { text: `${'x'.repeat(128)}${part.repeat(times)}` };
        expect(jsonOf(json, object)).toBe(`${JSON.stringify(object)}\n`);
      }),
      { numRuns: runs(300, 5000) },
    );
  });

  it('are those of its numbers, at the ends of each form too', () => {
    const ends = [0, 0.001, 0.01, 0.0005, 0.9994, 1.5, 999.999, 2_147_483.647, 2_147_483.648, 2 ** 31, 1e21, 1e-7];
    const numbers = [...ends, 2 ** 31 - 1, Number.MAX_VALUE, Number.MIN_VALUE, Infinity, Number.NaN];
    const object = { plain: [...numbers], negative: numbers.map((value) => -value), zürich: 1.25, '': 2.5 };
    expect(jsonOf(createJsonBytes(), object)).toBe(`${JSON.stringify(object)}\n`);
  });

  it('are those of its keys, in any order, and of more keys than are kept', () => {
    const json = createJsonBytes();
    const keys = Array.from({ length: 2500 }, (_, index) => `labels.${index}`);
    const long = { ['k'.repeat(128)]: 1, ['"'.repeat(128)]: 2, ['k'.repeat(40_000)]: 3, 'Zürich "→"': 4, '': 5 };
    const orders = [['a', 'b', 'c'], ['b', 'a'], ['c', 'b', 'a'], keys, keys.toReversed(), ['a', 'c', 'b']];
    for (const order of orders) {
      const object = { ...Object.fromEntries(order.map((key, index) => [key, index])), ...long };
      expect(jsonOf(json, object)).toBe(`${JSON.stringify(object)}\n`);
    }
  });

  it('are those of its texts in all scripts, short and long', () => {
    const json = createJsonBytes();
    const signs = [
      'Grüße, 1532→287',
      'Привет',
      '日本語の"引用"',
      '👩‍🚀 emoji',
      'tab\tline\nend\r\b\f',
      '\u0001\u007F',
      '\uD83D',
    ];
    const object = {
      ...signs,
      long: signs.map((sign) => sign.repeat(40)),
      cut: signs.map((sign) => sign.slice(0, -1)),
    };
    expect(jsonOf(json, object)).toBe(`${JSON.stringify(object)}\n`);
  });

  it('take members that are JSON already, also alone', () => {
    const json = createJsonBytes();
    json.begin();
    json.members(Buffer.from('"a":1'));
    json.members(Buffer.from('"b":["…"]'));
    json.member('c', null);
    expect(json.bytes().toString('utf8', 0, json.finish(''))).toBe('{"a":1,"b":["…"],"c":null}');
  });
});
