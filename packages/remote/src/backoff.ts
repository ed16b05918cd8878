/** Bounds of the wait between attempts, in milliseconds. */
export interface Backoff {
  /** Wait after the first failure. */
  readonly minMs: number;
  readonly maxMs: number;
}

/** Longest `Retry-After` that is obeyed. */
const MAX_RETRY_AFTER_MS = 3_600_000;

/**
 * Milliseconds to wait after a number of failures in a row. The wait doubles with each failure; half of it is random,
 * so that many processes do not come back at the same moment.
 */
export function backoffMs(failures: number, { minMs, maxMs }: Backoff): number {
  const whole = Math.min(maxMs, minMs * 2 ** Math.min(failures - 1, 30));
  return whole / 2 + (Math.random() * whole) / 2;
}

/**
 * Reads the wait that a response asks for, in milliseconds, at most an hour. `Retry-After` holds seconds or a date (RFC
 * 9110, 10.2.3); a date is compared with the response's own `Date`, so that a wrong clock on this machine does no harm.
 * Datadog sends seconds as `x-ratelimit-reset`.
 */
export function retryAfterMs(headers: Readonly<Record<string, string | string[] | undefined>>): number | undefined {
  const value = headers['retry-after'] ?? headers['x-ratelimit-reset'];
  if (typeof value !== 'string' || value.trim() === '') return undefined;
  const seconds = Number(value);
  const now = Date.parse(typeof headers['date'] === 'string' ? headers['date'] : '');
  const ms = Number.isFinite(seconds) ? seconds * 1000 : Date.parse(value) - (Number.isNaN(now) ? Date.now() : now);
  return Number.isNaN(ms) ? undefined : Math.min(Math.max(0, ms), MAX_RETRY_AFTER_MS);
}
