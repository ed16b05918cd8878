export { type Backoff, backoffMs, retryAfterMs } from './backoff.ts';
export { isSecret, readSecret, type Secret } from './secret.ts';
