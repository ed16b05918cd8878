/** Signed tokens that raise the capture of one session. */

import { createHmac, timingSafeEqual } from 'node:crypto';
import { SpanlineError } from '@spanline/core';
import { type Check, checkOptions, option, type Shape } from '@spanline/instrumentation';

/** A key of HMAC-SHA256. */
export type DebugKey = string | Uint8Array;

/** Options of {@link createDebugToken}. */
export interface DebugTokenOptions {
  /** At least 32 bytes, the same as that of `debugSession`. */
  key: DebugKey;
  /** The session that the token is for. Either this or `userId`; up to 256 characters. */
  sessionId?: string;
  /** The user that the token is for; up to 256 characters. */
  userId?: string;
  /** Name of the person who asked for it, written on the lines. Up to 64 characters of `[A-Za-z0-9._:-]`. */
  issuedBy: string;
  /** Seconds until it expires. @defaultValue 900 */
  maxAgeSeconds?: number;
}

/** The content of a token. Times are epoch seconds. */
export interface DebugGrant {
  readonly subject: 'session' | 'user';
  readonly id: string;
  readonly issuedBy: string;
  readonly issuedAt: number;
  readonly expiresAt: number;
}

const MIN_KEY_BYTES = 32;
const MAX_TOKEN = 1024;
const MAX_ID = 256;
const DEFAULT_AGE = 900;
/** The clocks of the issuing and the verifying machine may differ by this many seconds. */
const SKEW = 30;
const VERSION = 'v1';
const NAME = /^[A-Za-z0-9._:-]{1,64}$/;

/** Checks a key. Unlike other options it is never repeated in the error. */
export function requireKey(key: DebugKey): void {
  const bytes = typeof key === 'string' ? Buffer.byteLength(key) : (key as Uint8Array | undefined)?.byteLength;
  if (bytes !== undefined && bytes >= MIN_KEY_BYTES) return;
  const expected = `at least ${MIN_KEY_BYTES} bytes`;
  // The error has the length of a text, and nothing of other values.
  const got = typeof key === 'string' || key === undefined ? { got: key } : {};
  throw new SpanlineError({ code: 'ERR_INVALID_OPTION', option: 'key', expected, ...got });
}

/** The check of a key's presence; {@link requireKey} checks the rest. */
export const keyCheck: Check<DebugKey> = option.like('a key', () => true);

/** The check of a number of seconds. */
export const secondsCheck: Check<number> = option.number({ integer: true, min: 1 });

const idCheck = option.like<string>(
  `a string of 1 to ${MAX_ID} characters`,
  (value) => typeof value === 'string' && value !== '' && value.length <= MAX_ID,
);

const SHAPE: Shape<DebugTokenOptions> = {
  key: keyCheck,
  sessionId: idCheck,
  userId: idCheck,
  issuedBy: option.required(
    option.like('a name of [A-Za-z0-9._:-]', (value) => typeof value === 'string' && NAME.test(value)),
  ),
  maxAgeSeconds: secondsCheck,
};

const nowSeconds = (): number => Math.floor(Date.now() / 1000);

function sign(key: DebugKey, payload: string): Buffer {
  return createHmac('sha256', key).update(`spanline-debug.${VERSION}.${payload}`).digest();
}

/**
 * Issues a token that `debugSession` verifies: one session, or one user, is logged in full for a while. Whoever holds
 * the token can do nothing else with it.
 *
 * @example
 * ```ts
 * import { createDebugToken } from '@spanline/http';
 *
 * const key = process.env['DEBUG_KEY'] ?? '';
 * const token = createDebugToken({ key, sessionId: 's_91c2', issuedBy: 'ada', maxAgeSeconds: 600 });
 * ```
 *
 * @throws SpanlineError `ERR_INVALID_OPTION`
 */
export function createDebugToken(options: DebugTokenOptions): string {
  checkOptions(SHAPE, options);
  const { key, sessionId, userId, issuedBy, maxAgeSeconds = DEFAULT_AGE } = options;
  requireKey(key);
  const id = sessionId ?? userId;
  if (id === undefined || (sessionId !== undefined && userId !== undefined)) {
    const got = id === undefined ? undefined : 'both';
    const expected = 'given, or userId, but not both';
    throw new SpanlineError({ code: 'ERR_INVALID_OPTION', option: 'sessionId', expected, got });
  }
  const issuedAt = nowSeconds();
  const claims = [sessionId === undefined ? 'user' : 'session', id, issuedBy, issuedAt, issuedAt + maxAgeSeconds];
  const payload = Buffer.from(JSON.stringify(claims)).toString('base64url');
  return `${VERSION}.${payload}.${sign(key, payload).toString('base64url')}`;
}

function claimsOf(payload: string): DebugGrant {
  const [subject, id, issuedBy, issuedAt, expiresAt] = JSON.parse(Buffer.from(payload, 'base64url').toString()) as [
    DebugGrant['subject'],
    string,
    string,
    number,
    number,
  ];
  return { subject, id, issuedBy, issuedAt, expiresAt };
}

/**
 * Verifies a token. The signature is compared in constant time, and nothing is read before it is verified.
 *
 * @returns `undefined` for a token that is forged, expired or older than `maxAgeSeconds`
 */
export function verifyDebugToken(token: string, key: DebugKey, maxAgeSeconds: number): DebugGrant | undefined {
  if (token.length > MAX_TOKEN) return undefined;
  const [version, payload, signature, ...rest] = token.split('.');
  if (version !== VERSION || payload === undefined || signature === undefined || rest.length > 0) return undefined;
  const given = Buffer.from(signature, 'base64url');
  const expected = sign(key, payload);
  if (given.length !== expected.length || !timingSafeEqual(given, expected)) return undefined;
  const grant = claimsOf(payload);
  const now = nowSeconds();
  if (grant.issuedAt > now + SKEW) return undefined;
  return now < Math.min(grant.expiresAt, grant.issuedAt + maxAgeSeconds) ? grant : undefined;
}
