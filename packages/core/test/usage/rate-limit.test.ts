import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { rateLimitRatio } from '../../src/usage/index.ts';

describe('what is left of a rate limit', () => {
  const openai = {
    'x-ratelimit-limit-requests': '10000',
    'x-ratelimit-remaining-requests': '9000',
    'x-ratelimit-limit-tokens': '200000',
    'x-ratelimit-remaining-tokens': '5000',
  };

  it('is the scarcest of its limits, from a plain object or from Headers', () => {
    expect(rateLimitRatio(openai)).toBe(0.025);
    expect(rateLimitRatio(new Headers(openai))).toBe(0.025);
  });

  it('is read in the spelling of Anthropic', () => {
    const headers = { 'anthropic-ratelimit-requests-limit': '50', 'anthropic-ratelimit-requests-remaining': '0' };
    expect(rateLimitRatio(headers)).toBe(0);
  });

  it('is absent where a header is missing or says nothing', () => {
    expect(rateLimitRatio({ 'x-ratelimit-remaining-requests': '5' })).toBeUndefined();
    expect(
      rateLimitRatio({ 'x-ratelimit-limit-requests': '0', 'x-ratelimit-remaining-requests': '0' }),
    ).toBeUndefined();
    expect(rateLimitRatio({ 'x-ratelimit-limit-tokens': 'many', 'x-ratelimit-remaining-tokens': '' })).toBeUndefined();
  });

  it('never throws and never leaves 0 to 1', () => {
    fc.assert(
      fc.property(fc.anything(), fc.anything(), (limit, remaining) => {
        const ratio = rateLimitRatio({ 'x-ratelimit-limit-tokens': limit, 'x-ratelimit-remaining-tokens': remaining });
        expect(ratio === undefined || (ratio >= 0 && ratio <= 1)).toBe(true);
      }),
    );
    expect(rateLimitRatio(new Proxy({}, { get: () => expect.fail('a trap') }))).toBeUndefined();
    expect(rateLimitRatio('headers')).toBeUndefined();
  });
});
