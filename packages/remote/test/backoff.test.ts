import { describe, expect, it } from 'vitest';
import { backoffMs, retryAfterMs } from '@spanline/remote';

describe('the wait between attempts', () => {
  it.each([1, 2, 5, 7, 8, 100, 10_000])('grows, is random by half, and has an end: %i failures', (failures) => {
    const whole = Math.min(30_000, 500 * 2 ** (failures - 1));
    for (let round = 0; round < 100; round++) {
      const wait = backoffMs(failures, { minMs: 500, maxMs: 30_000 });
      expect(wait).toBeGreaterThanOrEqual(whole / 2);
      expect(wait).toBeLessThanOrEqual(whole);
    }
  });

  const DATE = 'Mon, 23 Nov 2026 09:00:00 GMT';
  it.each([
    [{ 'retry-after': '7' }, 7000],
    [{ 'retry-after': '0.5' }, 500],
    [{ 'retry-after': 'Mon, 23 Nov 2026 09:00:30 GMT', date: DATE }, 30_000],
    [{ 'retry-after': 'Mon, 23 Nov 2026 08:00:00 GMT', date: DATE }, 0],
    [{ 'x-ratelimit-reset': '3' }, 3000],
    [{ 'retry-after': '999999999' }, 3_600_000],
    [{ 'retry-after': '-5' }, 0],
    [{ 'retry-after': 'soon' }, undefined],
    [{ 'retry-after': '' }, undefined],
    [{}, undefined],
  ])('is what the server asks for in %j, whatever the clock here says', (headers, expected) => {
    expect(retryAfterMs(headers)).toBe(expected);
  });
});
