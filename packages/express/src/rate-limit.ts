interface Window {
  startedMs: number;
  count: number;
}

/** Keys that are counted at once; the oldest give way. */
const MAX_KEYS = 10_000;
const WINDOW_MS = 60_000;

/** Counts by key in windows of one minute. */
export interface RateLimit {
  /** Seconds until the key may go on; 0 when it may now, which counts. */
  take(key: string): number;
}

/** @param perMinute - how often a key may go on */
export function createRateLimit(perMinute: number, now: () => number = () => performance.now()): RateLimit {
  const windows = new Map<string, Window>();
  return {
    take(key) {
      const at = now();
      let window = windows.get(key);
      if (window === undefined || at - window.startedMs >= WINDOW_MS) {
        windows.delete(key);
        window = { startedMs: at, count: 0 };
        windows.set(key, window);
        const [oldest] = windows.keys();
        if (windows.size > MAX_KEYS && oldest !== undefined) windows.delete(oldest);
      }
      if (window.count >= perMinute) return Math.max(1, Math.ceil((window.startedMs + WINDOW_MS - at) / 1000));
      window.count++;
      return 0;
    },
  };
}
