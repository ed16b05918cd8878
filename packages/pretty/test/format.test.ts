import { expect, it } from 'vitest';
import { formatDifference, formatDuration } from '../src/format.ts';

it('a difference has a sign if it can be seen', () => {
  const differences = [1200, -85, 0.04, -0.04, 0];
  expect(differences.map((ms) => formatDifference(ms, formatDuration))).toEqual([
    '+1.20 s',
    '−85 ms',
    '0.0 ms',
    '0.0 ms',
    '0.0 ms',
  ]);
});
