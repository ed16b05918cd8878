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

/** The code of `Z`. */
const ZULU = 0x5a;

let cachedSecond = Number.NaN;
/** `2026-07-01T12:00:00.` */
let cachedText = '';

/** Formats epoch milliseconds as ISO 8601 in UTC, up to the point before the digits of the second. */
function isoSecond(epochMs: number): string {
  const second = Math.floor(epochMs / 1000);
  if (second !== cachedSecond) {
    cachedText = new Date(second * 1000).toISOString().slice(0, -'000Z'.length);
    cachedSecond = second;
  }
  return cachedText;
}

/** The code of the digit at a power of ten, in integers: a number that becomes text costs more than all digits. */
const digit = (value: number, power: number): number => 0x30 + (((value / power) | 0) % 10);

/** Formats epoch milliseconds as ISO 8601 in UTC with milliseconds. */
export function isoMillis(epochMs: number): string {
  const millis = Math.floor(epochMs - Math.floor(epochMs / 1000) * 1000);
  return isoSecond(epochMs) + String.fromCharCode(digit(millis, 100), digit(millis, 10), digit(millis, 1), ZULU);
}

/** Formats epoch milliseconds as ISO 8601 in UTC with microseconds. */
export function isoMicros(epochMs: number): string {
  const micros = Math.floor((epochMs - Math.floor(epochMs / 1000) * 1000) * 1000);
  return (
    isoSecond(epochMs) +
    String.fromCharCode(
      digit(micros, 100_000),
      digit(micros, 10_000),
      digit(micros, 1000),
      digit(micros, 100),
      digit(micros, 10),
      digit(micros, 1),
      ZULU,
    )
  );
}
