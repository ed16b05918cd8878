import { describe, expect, it } from 'vitest';
import { parseLine, toEcs } from '../../src/profiles/index.ts';
import { ECS } from '../../src/profiles/spellings.ts';
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
  const names = Object.keys(ATTRIBUTES).map((key) => ECS[key] ?? key);

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

  it('hold no term that is too long, and say how much is gone', () => {
    const text = `${'é'.repeat(20_000)}x`;
    const { value } = structured(JSON.stringify(text)) as { value: string };
    const marker = /…\[\+(\d+) bytes\]$/.exec(value);
    expect(Buffer.byteLength(value)).toBeLessThanOrEqual(32_000);
    expect(value).not.toContain('\uFFFD');
    expect(Buffer.byteLength(value.slice(0, marker?.index)) + Number(marker?.[1])).toBe(Buffer.byteLength(text));
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
