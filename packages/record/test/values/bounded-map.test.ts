import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BoundedMap, memoize } from '../../src/values/bounded-map.ts';

const LIMIT = 8;

/** Reads and writes of a few keys, in any order. */
const uses = fc.array(
  fc.record({ key: fc.integer({ min: 0, max: 20 }), action: fc.constantFrom('set', 'get', 'delete') }),
  { maxLength: 200 },
);

describe('BoundedMap', () => {
  it('has each of the most recently used keys with its last value, and never more than its limit', () => {
    fc.assert(
      fc.property(uses, (steps) => {
        const map = new BoundedMap<number, number>(LIMIT);
        const model = new Map<number, number>();
        for (const [step, { key, action }] of steps.entries()) {
          const value = model.get(key);
          model.delete(key);
          if (action === 'set') {
            map.set(key, step);
            model.set(key, step);
          } else if (action === 'delete') {
            map.delete(key);
          } else {
            const got = map.get(key);
            expect([value, undefined]).toContain(got);
            if (got !== undefined) model.set(key, got);
          }
          expect(map.size).toBeLessThanOrEqual(LIMIT);
        }
        for (const [key, value] of [...model].slice(-LIMIT / 2).toReversed()) expect(map.get(key)).toBe(value);
      }),
    );
  });

  it('keeps a key that is read again and again', () => {
    const map = new BoundedMap<string, number>(LIMIT);
    map.set('question', 1);
    for (let index = 0; index < 1000; index++) {
      map.set(`other ${index}`, index);
      expect(map.get('question')).toBe(1);
    }
    expect(map.has('other 999')).toBe(true);
    expect(map.has('other 0')).toBe(false);
  });
});

describe('memoize', () => {
  it('computes a result once while its argument is in use', () => {
    const computed: string[] = [];
    const lengthOf = memoize(LIMIT, (text: string) => {
      computed.push(text);
      return text.length;
    });
    expect([lengthOf('a'), lengthOf('bcd'), lengthOf('a')]).toEqual([1, 3, 1]);
    expect(computed).toEqual(['a', 'bcd']);
    for (let index = 0; index < 100; index++) lengthOf(`${index}`);
    lengthOf('a');
    expect(computed.filter((text) => text === 'a')).toHaveLength(2);
  });

  it('keeps no long text', () => {
    const computed: number[] = [];
    const compute = (text: string): number => {
      computed.push(text.length);
      return text.length;
    };
    const [usual, longer] = [memoize(LIMIT, compute), memoize(LIMIT, compute, 2000)];
    for (const length of [1000, 1001, 1000, 1001]) usual('x'.repeat(length));
    expect(computed.splice(0)).toEqual([1000, 1001, 1001]);
    for (const length of [2000, 2001, 2000, 2001]) longer('x'.repeat(length));
    expect(computed).toEqual([2000, 2001, 2001]);
  });
});
