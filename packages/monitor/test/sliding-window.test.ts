import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { SpanRecord } from '@spanline/core';
import { SlidingWindow } from '../src/evaluation/sliding-window.ts';
import { RecordMeter } from '../src/metrics/record-meter.ts';

const START = Date.parse('2026-03-29T12:00:00Z');

const meter = new RecordMeter();

function add(window: SlidingWindow, epochMs: number): boolean {
  const measurement = meter.measure({
    '@timestamp': new Date(epochMs).toISOString(),
    'event.name': 'span.end',
    duration_ms: 1,
    'span.status': 'ok',
  } as SpanRecord);
  return measurement !== undefined && window.add(measurement, epochMs);
}

describe('a sliding window', () => {
  it('contains what ended in it, excluding its end', () => {
    const window = new SlidingWindow(60_000, 4, 'requests');
    const end = START + 60_000;
    for (const at of [START - 1, START, START + 59_999, end]) add(window, at);
    expect(window.read(end).count('requests')).toBe(2);
    expect(window.read(end + 15_000).count('requests')).toBe(2);
    expect(window.read(end + 60_000).count('requests')).toBe(1);
    expect(window.read(end + 600_000).count('requests')).toBe(0);
  });

  it('equals a sum by hand, in any order of records', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 0, max: 600_000 }), { maxLength: 100 }),
        fc.integer({ min: 0, max: 40 }),
        (offsets, bucket) => {
          const window = new SlidingWindow(120_000, 8, 'requests');
          let newest = 0;
          const kept: number[] = [];
          for (const offset of offsets) {
            if (add(window, START + offset)) kept.push(offset);
            else expect(offset).toBeLessThan(newest - 120_000);
            newest = Math.max(newest, offset);
          }
          const end = bucket * 15_000;
          const expected = kept.filter((offset) => offset >= end - 120_000 && offset < end).length;
          // Buckets far behind the newest one have been dropped.
          if (end > newest - 120_000) expect(window.read(START + end).count('requests')).toBe(expected);
        },
      ),
      { numRuns: 300 },
    );
  });

  it('counts records that are late for a window that was read already', () => {
    const window = new SlidingWindow(60_000, 4, 'requests');
    add(window, START + 1000);
    expect(window.read(START + 60_000).count('requests')).toBe(1);
    add(window, START + 2000);
    expect(window.read(START + 60_000).count('requests')).toBe(2);
  });
});
