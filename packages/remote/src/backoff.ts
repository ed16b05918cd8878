/** Milliseconds between the first two attempts, and the most between any two. */
export interface Backoff {
  readonly minMs: number;
  readonly maxMs: number;
}

/** A server that asks for more is asked again after this. */
const LONGEST_RETRY_AFTER_MS = 3_600_000;

/** Doubles with each failure; half of it is random, so that many processes do not come back at the same moment. */
export function backoffMs(failures: number, { minMs, maxMs }: Backoff): number {
  const whole = Math.min(maxMs, minMs * 2 ** Math.min(failures - 1, 30));
  return whole / 2 + (Math.random() * whole) / 2;
}

/**
 * `Retry-After` in milliseconds: seconds, or a date, which is read against the answer's own `Date` so that a wrong clock here does no harm. Datadog says it in seconds as
 * `x-ratelimit-reset`.
 */
export function retryAfterMs(headers: Readonly<Record<string, string | string[] | undefined>>): number | undefined {
  const value = headers['retry-after'] ?? headers['x-ratelimit-reset'];
  if (typeof value !== 'string' || value.trim() === '') return undefined;
  const seconds = Number(value);
  const now = Date.parse(typeof headers['date'] === 'string' ? headers['date'] : '');
  const ms = Number.isFinite(seconds) ? seconds * 1000 : Date.parse(value) - (Number.isNaN(now) ? Date.now() : now);
  return Number.isNaN(ms) ? undefined : Math.min(Math.max(0, ms), LONGEST_RETRY_AFTER_MS);
}
