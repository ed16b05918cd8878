import { isIP } from 'node:net';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { runs } from '../../../test/support/effort.ts';
import { isIpAddress } from '../src/values/ip-address.ts';

describe('isIpAddress', () => {
  it.each([
    '',
    '1.2.3',
    '1.2.3.4',
    '01.2.3.4',
    '256.1.1.1',
    '::',
    '::1',
    '1::',
    ':::',
    '1:2:3:4:5:6:7:8',
    '1:2:3:4:5:6:7::',
  ])('agrees with node:net about %j', (text) => {
    expect(isIpAddress(text)).toBe(isIP(text) !== 0);
  });

  it('agrees with node:net about anything that looks like an address', () => {
    const piece = fc.constantFrom(
      '0',
      '1',
      'ff',
      'ABCD',
      '12345',
      'g',
      ':',
      '::',
      '.',
      '127.0.0.1',
      '255',
      '256',
      '%',
      'eth0',
      '',
    );
    const looksLike = fc.array(piece, { maxLength: 18 }).map((pieces) => pieces.join(''));
    fc.assert(
      fc.property(fc.oneof(looksLike, fc.ipV4(), fc.ipV6(), fc.string()), (text) => {
        expect(isIpAddress(text)).toBe(isIP(text) !== 0);
      }),
      { numRuns: runs(1000, 10_000) },
    );
  });
});
