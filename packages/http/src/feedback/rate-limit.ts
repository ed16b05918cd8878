/** Rate limits by key. */

import { BoundedMap } from '@spanline/instrumentation';

interface Window {
  startedMs: number;
  count: number;
}

/** Limit of keys that are counted at once. */
const MAX_KEYS = 10_000;
const WINDOW_MS = 60_000;

/** Counts by key in windows of one minute. */
export interface RateLimit {
  /**
   * Counts one call of `key`.
   *
   * @returns 0 if it may go on, else the seconds until it may; a refused call does not count
   */
  take(key: string): number;
}

/** @param perMinute - number of calls of one key in a minute */
export function createRateLimit(perMinute: number, now: () => number = () => performance.now()): RateLimit {
  const windows = new BoundedMap<string, Window>(MAX_KEYS);
  return {
    take(key) {
      const at = now();
      let window = windows.get(key);
      if (window === undefined || at - window.startedMs >= WINDOW_MS) {
        window = { startedMs: at, count: 0 };
        windows.set(key, window);
      }
      if (window.count >= perMinute) return Math.max(1, Math.ceil((window.startedMs + WINDOW_MS - at) / 1000));
      window.count++;
      return 0;
    },
  };
}
