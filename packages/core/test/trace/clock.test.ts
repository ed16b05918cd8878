import { describe, expect, it } from 'vitest';
import { isoMicros, isoMillis } from '../../src/trace/index.ts';

/** The first and the last millisecond of ISO 8601, times before 1970, and fractions of a millisecond. */
const TIMES = [-62_167_219_200_000, -1, -0.25, 0, 0.001, 999, 1000, 1_782_000_000_123.456, 253_402_300_799_999];

describe('ISO 8601 texts of an instant', () => {
  it('has the milliseconds', () => {
    expect(TIMES.map(isoMillis)).toEqual(TIMES.map((time) => new Date(Math.floor(time)).toISOString()));
  });

  it('has the microseconds', () => {
    expect([0, 0.001, 0.9994, 12.5, 1_782_000_000_123.5, -0.25].map(isoMicros)).toEqual([
      '1970-01-01T00:00:00.000000Z',
      '1970-01-01T00:00:00.000001Z',
      '1970-01-01T00:00:00.000999Z',
      '1970-01-01T00:00:00.012500Z',
      '2026-06-21T00:00:00.123500Z',
      '1969-12-31T23:59:59.999750Z',
    ]);
  });
});
