import { performance } from 'node:perf_hooks';
import type { Clock } from '../api/index.ts';

/** Beyond this the wall clock was set and the anchor follows it, in milliseconds. */
const MAX_DRIFT_MS = 2;

/**
 * The default clock: durations from the monotonic clock, wall time with microseconds by anchoring the monotonic clock to `Date.now()`.
 * The anchor is moved when the system clock is set or the machine slept.
 */
export function createClock(): Clock {
  let anchor = Date.now() - performance.now();
  return {
    monotonic: () => performance.now(),
    now(): number {
      const monotonic = performance.now();
      const wall = Date.now();
      if (Math.abs(anchor + monotonic - wall) > MAX_DRIFT_MS) anchor = wall - monotonic;
      return anchor + monotonic;
    },
  };
}

let cachedMs = Number.NaN;
let cachedIso = '';

/** ISO 8601 in UTC with milliseconds. */
export function isoMillis(epochMs: number): string {
  const ms = Math.floor(epochMs);
  if (ms !== cachedMs) {
    cachedIso = new Date(ms).toISOString();
    cachedMs = ms;
  }
  return cachedIso;
}

/** ISO 8601 in UTC with microseconds. */
export function isoMicros(epochMs: number): string {
  const micros = Math.floor((epochMs - Math.floor(epochMs)) * 1000);
  return `${isoMillis(epochMs).slice(0, -1)}${String(1000 + micros).slice(1)}Z`;
}
