import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { TraceSample } from '../src/causes/trace-sample.ts';

const SECOND = 1000;
const id = (tail: number): string => `${'0'.repeat(28)}${tail.toString(16).padStart(4, '0')}`;

/** A sample after evenly distributed requests. */
function served(perSecond: number, seconds: number): TraceSample {
  const sample = new TraceSample();
  for (let index = 0; index < perSecond * seconds; index++) sample.count((index / perSecond) * SECOND);
  return sample;
}

describe('a sample of traces', () => {
  it('contains all traces up to 40 requests a second', () => {
    const sample = served(40, 5);
    expect([0, 32_768, 65_535].every((tail) => sample.has(id(tail)))).toBe(true);
  });

  it('contains about 40 traces a second of a busy service, at any time of the second', () => {
    fc.assert(
      fc.property(fc.integer({ min: 80, max: 2000 }), fc.integer({ min: 1, max: 999 }), (perSecond, ms) => {
        const sample = served(perSecond, 3);
        sample.count(3 * SECOND + ms);
        const shown = Array.from({ length: 1000 }, (_, index) => id(Math.floor((index * 65_536) / 1000)));
        const share = shown.filter((traceId) => sample.has(traceId)).length / shown.length;
        expect(share * perSecond).toBeGreaterThan(35);
        expect(share * perSecond).toBeLessThan(45);
        expect(sample.has(id(0))).toBe(true);
        expect(sample.has(id(65_535))).toBe(false);
      }),
      { numRuns: 50 },
    );
  });

  it('contains all traces again after a second of silence, with ids of any kind', () => {
    const sample = served(500, 3);
    expect(sample.has('not hexadecimal')).toBe(true);
    sample.count(10 * SECOND);
    expect(sample.has(id(65_535))).toBe(true);
  });
});
