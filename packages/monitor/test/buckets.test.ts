import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { SpanRecord } from '@spanline/core';
import { Buckets } from '../src/alerting/buckets.ts';
import { Delta } from '../src/metrics/delta.ts';

const START = Date.parse('2026-03-29T12:00:00Z');

function delta(epochMs: number): Delta {
  const read = new Delta();
  read.read({
    '@timestamp': new Date(epochMs).toISOString(),
    'event.name': 'span.end',
    duration_ms: 1,
    'span.status': 'ok',
  } as SpanRecord);
  return read;
}

describe('a sliding window', () => {
  it('holds what ended in it, its end excluded', () => {
    const buckets = new Buckets(60_000, 4, 'requests');
    const end = START + 60_000;
    for (const at of [START - 1, START, START + 59_999, end]) buckets.add(delta(at));
    expect(buckets.read(end).count('requests')).toBe(2);
    expect(buckets.read(end + 15_000).count('requests')).toBe(2);
    expect(buckets.read(end + 60_000).count('requests')).toBe(1);
    expect(buckets.read(end + 600_000).count('requests')).toBe(0);
  });

  it('is what adding up by hand gives, whatever comes in which order', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 0, max: 600_000 }), { maxLength: 100 }),
        fc.integer({ min: 0, max: 40 }),
        (offsets, stretch) => {
          const buckets = new Buckets(120_000, 8, 'requests');
          let newest = 0;
          const kept: number[] = [];
          for (const offset of offsets) {
            if (buckets.add(delta(START + offset))) kept.push(offset);
            else expect(offset).toBeLessThan(newest - 120_000);
            newest = Math.max(newest, offset);
          }
          const end = stretch * 15_000;
          const expected = kept.filter((offset) => offset >= end - 120_000 && offset < end).length;
          // What is far behind the newest has been forgotten.
          if (end > newest - 120_000) expect(buckets.read(START + end).count('requests')).toBe(expected);
        },
      ),
      { numRuns: 300 },
    );
  });

  it('counts what came late into a window that was read already', () => {
    const buckets = new Buckets(60_000, 4, 'requests');
    buckets.add(delta(START + 1000));
    expect(buckets.read(START + 60_000).count('requests')).toBe(1);
    buckets.add(delta(START + 2000));
    expect(buckets.read(START + 60_000).count('requests')).toBe(2);
  });
});
