import { createHmac, timingSafeEqual } from 'node:crypto';
import { SpanlineError } from '@spanline/core';

/** A key of HMAC-SHA256. */
export type DebugKey = string | Uint8Array;

/** Options of {@link createDebugToken}. */
export interface DebugTokenOptions {
  /** At least 32 bytes, the same as that of `debugSession`. */
  key: DebugKey;
  /** The session that the token is for; either this or `userId`. */
  sessionId?: string;
  /** The user that the token is for. */
  userId?: string;
  /** Who asked for it; stands on the lines. Up to 64 characters of `[A-Za-z0-9._:-]`. */
  issuedBy: string;
  /** How long it holds. @defaultValue 900 */
  maxAgeSeconds?: number;
}

/** What a token says. Times are epoch seconds. */
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
/** Clocks of the machine that issues and of the one that verifies may differ by this many seconds. */
const SKEW = 30;
const VERSION = 'v1';
const NAME = /^[A-Za-z0-9._:-]{1,64}$/;

function fail(option: string, expected: string, got: unknown): never {
  throw new SpanlineError({ code: 'ERR_INVALID_OPTION', option, expected, got });
}

/** Checks a key; what it is never stands in the error. */
export function requireKey(key: DebugKey): void {
  const bytes = typeof key === 'string' ? Buffer.byteLength(key) : (key as Uint8Array | undefined)?.byteLength;
  if (bytes === undefined || bytes < MIN_KEY_BYTES) fail('key', `at least ${MIN_KEY_BYTES} bytes`, undefined);
}

/** Checks a number of seconds. */
export function requireAge(maxAgeSeconds: number): void {
  if (!Number.isInteger(maxAgeSeconds) || maxAgeSeconds < 1) fail('maxAgeSeconds', 'a positive integer', maxAgeSeconds);
}

const nowSeconds = (): number => Math.floor(Date.now() / 1000);

function sign(key: DebugKey, payload: string): Buffer {
  return createHmac('sha256', key).update(`spanline-debug.${VERSION}.${payload}`).digest();
}

/**
 * Issues a token that lets one session or one user be seen in full for a while, where `debugSession` verifies it. Whoever holds it can do no more than raise what is logged of that session.
 *
 * @example
 * ```ts
 * import { createDebugToken } from '@spanline/express';
 *
 * const key = process.env['DEBUG_KEY'] ?? '';
 * const token = createDebugToken({ key, sessionId: 's_91c2', issuedBy: 'ada', maxAgeSeconds: 600 });
 * ```
 *
 * @throws SpanlineError `ERR_INVALID_OPTION`
 */
export function createDebugToken(options: DebugTokenOptions): string {
  const { key, sessionId, userId, issuedBy, maxAgeSeconds = DEFAULT_AGE } = options;
  requireKey(key);
  requireAge(maxAgeSeconds);
  if ((sessionId === undefined) === (userId === undefined)) {
    fail('sessionId', 'given, or userId, but not both', sessionId === undefined ? undefined : 'both');
  }
  const id = sessionId ?? userId;
  if (typeof id !== 'string' || id === '' || id.length > MAX_ID) fail('sessionId', 'a text of 1 to 256 characters', id);
  if (typeof issuedBy !== 'string' || !NAME.test(issuedBy)) fail('issuedBy', 'a name of [A-Za-z0-9._:-]', issuedBy);
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
 * What a token grants; `undefined` for one that is forged, expired or older than `maxAgeSeconds`. The signature is compared in constant time, and nothing is read before it holds.
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
