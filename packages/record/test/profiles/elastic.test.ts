import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { runs } from '../../../../test/support/effort.ts';
import { toEcs } from '../../src/profiles/index.ts';
import { ECS } from '../../src/profiles/spellings.ts';
import { parseLine } from '../../src/reading/index.ts';
import { ATTRIBUTES, type SpanRecord } from '../../src/schema/index.ts';

/** Names that Elastic's built-in `ecs@mappings` template gives a type that plain text does not fit. */
const TYPED_NAMES = [
  /(^|\.)ip$|_ip$/,
  /(^|\.)location$/,
  /\.score\.|_score/,
  /\.usage$/,
  /\.(timestamp|start|end|created|ingested)$|_timestamp$/,
];
const FITTING = new Set(['event.start', '@timestamp', 'gen_ai.evaluation.score.value']);

const nested = (levels: number): unknown => (levels === 0 ? 'bottom' : { in: nested(levels - 1) });

function depthOf(value: unknown): number {
  return typeof value === 'object' && value !== null ? 1 + Math.max(0, ...Object.values(value).map(depthOf)) : 0;
}

function structured(json: string): unknown {
  return toEcs({ 'gen_ai.tool.call.result': json })['gen_ai.tool.call.result'];
}

describe('lines for Elasticsearch', () => {
  const names = Object.keys(ATTRIBUTES).map((key) => ECS()[key] ?? key);

  it('have no key whose name asks for another type than its value', () => {
    expect(names.filter((name) => TYPED_NAMES.some((typed) => typed.test(name)) && !FITTING.has(name))).toEqual([]);
  });

  it('have no key that is the path to another', () => {
    const all = [...names, 'ecs.version', 'transaction.id', 'client.ip', 'labels.x', 'spanline.stats.redacted.email'];
    expect(all.filter((name) => all.some((other) => other.startsWith(`${name}.`)))).toEqual([]);
    expect(new Set(all).size).toBe(all.length);
  });

  it.each(['"text"', '4', 'true', 'null', 'no JSON', '[1,"a",null]', '[[1]]', '{"a":1}', '[]'])(
    'hold %s as objects or arrays of objects',
    (json) => {
      const value = structured(json);
      const objects = Array.isArray(value) ? value : [value];
      for (const object of objects) expect(Object.prototype.toString.call(object)).toBe('[object Object]');
    },
  );

  describe('with texts of more bytes than a term may have', () => {
    const PIECE = `${'a'.repeat(29_499)} `;
    const back = (json: string): unknown =>
      parseLine(JSON.stringify(toEcs({ 'gen_ai.tool.call.result': json } as SpanRecord)))?.record;
    const leavesOf = (value: unknown): string[] => {
      if (typeof value === 'string') return [value];
      return typeof value === 'object' && value !== null ? Object.values(value).flatMap(leavesOf) : [];
    };

    it.each([
      ['a text', 'é'.repeat(60_000)],
      ['a text of words', 'quokka '.repeat(30_000)],
      ['a text without spaces', 'x'.repeat(200_000)],
      ['characters of four bytes', '🦘'.repeat(20_000)],
      ['messages', [{ role: 'user', parts: [{ type: 'text', content: 'word '.repeat(40_000) }] }]],
      ['a list of texts', ['x'.repeat(40_000), 'y', 'z'.repeat(33_000)]],
      [
        'lists that look like pieces',
        { list: [PIECE, 'end'], marked: ['', PIECE, 'end'], twice: ['', '', PIECE, 'x'] },
      ],
      ['a list that looks like pieces but for a long text at its end', { list: [PIECE, 'x'.repeat(33_000)] }],
      ['an outermost list that looks like pieces', [PIECE, PIECE, 'end']],
      ['what looks like a wrapping', { value: [PIECE, 'end'] }],
      ['pieces that are too short', { list: ['a'.repeat(28_999), 'end'], one: [PIECE] }],
    ])('hold no term that is too long, and come back whole: %s', (_what, content) => {
      const json = JSON.stringify(content);
      const leaves = leavesOf(structured(json));
      expect(leaves.filter((leaf) => Buffer.byteLength(leaf) > 32_000 || leaf.includes('\uFFFD'))).toEqual([]);
      expect(back(json)).toEqual({ 'gen_ai.tool.call.result': json });
    });

    it('hold every word whole', () => {
      const words = new Set(
        leavesOf(structured(JSON.stringify('wallaby quokka\n'.repeat(20_000)))).flatMap((leaf) =>
          leaf.trim().split(/\s+/),
        ),
      );
      expect(words).toEqual(new Set(['wallaby', 'quokka']));
    });

    it('leave a list of very many empty texts as it is', () => {
      const json = JSON.stringify(Array.from({ length: 100_000 }, () => ''));
      expect(back(json)).toEqual({ 'gen_ai.tool.call.result': json });
    });

    it('come back whole whatever they are', () => {
      const text = fc.oneof(
        fc.string({ maxLength: 20 }),
        fc.constant(PIECE),
        fc.constant(''),
        fc.integer({ min: 28_990, max: 33_000 }).map((length) => 'b'.repeat(length)),
      );
      const content = fc.letrec((tie) => ({
        value: fc.oneof(
          { maxDepth: 3 },
          text,
          fc.array(tie('value'), { maxLength: 4 }),
          fc.record({ in: tie('value'), value: tie('value') }, { requiredKeys: [] }),
        ),
      })).value;
      fc.assert(
        fc.property(content, (value) => {
          const json = JSON.stringify(value);
          expect(back(json)).toEqual({ 'gen_ai.tool.call.result': json });
        }),
        { numRuns: runs(150, 2000) },
      );
    });
  });

  it('hold no more levels than a flattened field takes', () => {
    const value = structured(JSON.stringify([nested(200)]));
    expect(depthOf(value)).toBeLessThanOrEqual(20);
    expect(JSON.stringify(value)).toContain('bottom');
    expect(structured(`${'['.repeat(100_000)}${']'.repeat(100_000)}`)).toBeDefined();
  });

  it('keep content within the limits as it is', () => {
    const json = JSON.stringify({ a: nested(14), list: ['}}}}', { b: 'x'.repeat(30_000) }] });
    expect(parseLine(JSON.stringify(toEcs({ 'gen_ai.tool.call.result': json } as SpanRecord)))?.record).toEqual({
      'gen_ai.tool.call.result': json,
    });
  });

  it.each([
    ['{ "a": 1 }', '{"a":1}'],
    ['no JSON', '"no JSON"'],
  ])('bring %s back as %s', (json, read) => {
    expect(parseLine(JSON.stringify(toEcs({ 'spanline.input': json } as SpanRecord)))?.record).toEqual({
      'spanline.input': read,
    });
  });
});
