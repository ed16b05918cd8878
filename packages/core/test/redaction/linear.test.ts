import { describe, expect, it } from 'vitest';
import { createRedactor } from '../../src/redaction/index.ts';
import { PIECES } from './hostile-pieces.ts';

const redactor = createRedactor({ rules: { PASSPORT: true } }, undefined);

const SHORT = 100_000;
const TIMES = 4;
/** Between what linear time grows by, which is `TIMES`, and what quadratic time grows by, which is its square. */
const MAX_GROWTH = 11;
/** Less CPU time, in microseconds, is too short to compare. */
const MIN_TIME = 20_000;

/** The CPU time of redaction in microseconds: the least of three. */
function timeOf(text: string): number {
  const times = Array.from({ length: 3 }, () => {
    const before = process.cpuUsage();
    redactor.redact(text, undefined, redactor.startLine({ placeholders: undefined }));
    return process.cpuUsage(before).user;
  });
  return Math.min(...times);
}

describe.runIf(process.env['SPANLINE_LONG'] === '1')('hostile text takes linear time', () => {
  it.each(PIECES)('%j', (piece) => {
    const [short = 0, long = 0] = [SHORT, SHORT * TIMES].map((length) => timeOf(piece.repeat(length / piece.length)));
    expect(long / Math.max(short, MIN_TIME)).toBeLessThan(MAX_GROWTH);
  });
});
