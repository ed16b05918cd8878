/** Trace, span and process ids. */
import { nodeCrypto } from '../node-crypto.ts';

/** An id keeps the text of its pool alive, as long as it lives itself. */
const POOL_BYTES = 1024;
const ZERO = '0'.repeat(32);
const bytes = Buffer.allocUnsafe(POOL_BYTES);
/** Random hex digits, of which each id is a slice: that costs a tenth of joining the digits of its bytes. */
let pool = '';
let offset = 0;

/** Returns random lower-case hex digits, never all zero. */
function randomHex(digits: number): string {
  if (offset + digits > pool.length) {
    pool = nodeCrypto().randomFillSync(bytes).toString('hex');
    offset = 0;
  }
  const hex = pool.slice(offset, (offset += digits));
  return ZERO.startsWith(hex) ? randomHex(digits) : hex;
}

/** Creates a W3C trace id: 32 lower-case hex digits. All are random, as the `random` trace flag promises. */
export function newTraceId(): string {
  return randomHex(32);
}

/** Creates a W3C parent id: 16 lower-case hex digits. */
export function newSpanId(): string {
  return randomHex(16);
}

/**
 * Creates the id of one tracer in one process: 64 random bits in base 36. It is part of `event.id`, by which readers
 * drop duplicates.
 */
export function newBootId(): string {
  return BigInt(`0x${randomHex(16)}`).toString(36);
}

/** True for 32 lower-case hex digits that are not all zero. */
export function isTraceId(value: unknown): value is string {
  return typeof value === 'string' && /^(?!0{32})[0-9a-f]{32}$/.test(value);
}

/** True for 16 lower-case hex digits that are not all zero. */
export function isSpanId(value: unknown): value is string {
  return typeof value === 'string' && /^(?!0{16})[0-9a-f]{16}$/.test(value);
}
