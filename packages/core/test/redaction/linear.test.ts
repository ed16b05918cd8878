import { describe, expect, it } from 'vitest';
import { createRedactor } from '../../src/redaction/index.ts';

const redactor = createRedactor({ rules: { PASSPORT: true } }, undefined);

/** Beginnings of what the rules look for, repeated: none of them ends. */
const PIECES = [
  '; name="a"\r\n',
  'a@',
  '<token>',
  '<token a="',
  'password: ',
  '"password": "',
  'mật khẩu: ',
  'identified by x ',
  'grant identified by x ',
  "password for 'a' = ",
  '--token ',
  'curl -u a:',
  'mysql -px ',
  'login a password ',
  '://a:b',
  'cookie: a=b;',
  'authorization: basic ',
  'x.y:z:1.2.3.4 ',
  'ip-1-2-3-4',
  'phone,a\n1234567,',
  'ssn: 219 ',
  '4111 ',
  '1\n',
  '&#64;',
  '%41',
  'z_1',
  'eyJa.',
  '-----BEGIN ',
];
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
