import { describe, expect, it } from 'vitest';
import { createRateLimit } from '../src/feedback/rate-limit.ts';

describe('a rate limit', () => {
  it('begins again after a minute and forgets the oldest of too many keys', () => {
    let now = 0;
    const limit = createRateLimit(1, () => now);
    expect([limit.take('a'), limit.take('a')]).toEqual([0, 60]);
    now = 60_000;
    expect(limit.take('a')).toBe(0);
    for (let key = 0; key < 10_000; key++) limit.take(String(key));
    expect(limit.take('a')).toBe(0);
  });
});
