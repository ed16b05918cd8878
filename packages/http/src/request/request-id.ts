/** Request ids, from callers and new ones. */

import { randomFillSync } from 'node:crypto';
import { isCredential } from '@spanline/instrumentation';

const MAX_LENGTH = 128;

function isIdCharacter(code: number): boolean {
  return (
    (code >= 0x2d && code <= 0x3b) ||
    (code >= 0x41 && code <= 0x5a) ||
    (code >= 0x61 && code <= 0x7a) ||
    code === 0x2b ||
    code === 0x3d ||
    code === 0x5f
  );
}

/**
 * Returns a request id if it is acceptable: 1–128 characters of `[A-Za-z0-9._:;=+/-]`, and neither a credential nor a
 * number that begins with `+`, because it is written unchanged. Base64, and the trace ids of Amazon (`Root=1-…`) and
 * Google (`…/1;o=1`), have these characters.
 */
export function acceptRequestId(value: unknown): string | undefined {
  if (typeof value !== 'string' || value.length === 0 || value.length > MAX_LENGTH) return undefined;
  if (value.startsWith('+')) return undefined;
  for (let index = 0; index < value.length; index++) {
    if (!isIdCharacter(value.charCodeAt(index))) return undefined;
  }
  return isCredential(value) ? undefined : value;
}

const RANDOM_DIGITS = 20;
const bytes = Buffer.alloc(1024);
/** Random hex digits, of which each id takes a part: the digits of one id would have to be joined. */
let pool = '';
let offset = 0;

function randomHex(): string {
  if (offset + RANDOM_DIGITS > pool.length) {
    pool = randomFillSync(bytes).toString('hex');
    offset = 0;
  }
  return pool.slice(offset, (offset += RANDOM_DIGITS));
}

/** The start of the ids of one millisecond. */
let millisecond = 0;
let start = '';

function startNow(): string {
  const now = Date.now();
  if (now !== millisecond) {
    const time = now.toString(16).padStart(12, '0');
    millisecond = now;
    start = `${time.slice(0, 8)}-${time.slice(8)}-7`;
  }
  return start;
}

const VARIANT = ['8', '9', 'a', 'b'];

/** Creates an id: a UUID of version 7 (RFC 9562), which sorts by time. */
export function newRequestId(): string {
  const random = randomHex();
  const variant = VARIANT[Number.parseInt(random[3] ?? '0', 16) & 3] ?? '8';
  return `${startNow()}${random.slice(0, 3)}-${variant}${random.slice(4, 7)}-${random.slice(7, 19)}`;
}
