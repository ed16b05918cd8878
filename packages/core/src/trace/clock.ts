/** Wall time with microseconds, and its ISO 8601 texts. */
import { performance } from 'node:perf_hooks';
import type { Clock } from '../api/index.ts';

/** A larger difference, in milliseconds, means that the system clock was set or that the machine slept. */
const MAX_DRIFT_MS = 2;

/**
 * Creates the default clock. Durations come from the monotonic clock. Wall time has microseconds: it is the monotonic
 * clock, anchored to `Date.now()` and anchored again when the two drift apart.
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

/** Formats epoch milliseconds as ISO 8601 in UTC with milliseconds. */
export function isoMillis(epochMs: number): string {
  const ms = Math.floor(epochMs);
  if (ms !== cachedMs) {
    cachedIso = new Date(ms).toISOString();
    cachedMs = ms;
  }
  return cachedIso;
}

/** Formats epoch milliseconds as ISO 8601 in UTC with microseconds. */
export function isoMicros(epochMs: number): string {
  const micros = Math.floor((epochMs - Math.floor(epochMs)) * 1000);
  return `${isoMillis(epochMs).slice(0, -1)}${String(1000 + micros).slice(1)}Z`;
}
