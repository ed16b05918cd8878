import type { LimitOptions } from '../api/index.ts';
import type { ContentLimits } from '../content/index.ts';

/** The limits of a tracer, with defaults. */
export interface Limits extends ContentLimits {
  readonly lineBytes: number;
  readonly fieldBytes: number;
}

/** Container runtimes split lines at 16 KiB. Lines in files are limited to what a search engine can index. */
const DEFAULTS = {
  small: { lineBytes: 15_360, fieldBytes: 8_192 },
  large: { lineBytes: 204_800, fieldBytes: 65_536 },
} as const;

/** Bytes around the one long text of a field: quotes, a message's role and parts. */
const STRUCTURE_BYTES = 128;

/** Fills in the limits for a destination. */
export function resolveLimits(options: LimitOptions, destination: 'small' | 'large'): Limits {
  const { lineBytes, fieldBytes } = DEFAULTS[destination];
  const fieldLimit = options.fieldBytes ?? Math.min(fieldBytes, options.lineBytes ?? fieldBytes);
  const longestText = fieldLimit > 2 * STRUCTURE_BYTES ? fieldLimit - STRUCTURE_BYTES : fieldLimit;
  return {
    lineBytes: options.lineBytes ?? lineBytes,
    fieldBytes: fieldLimit,
    stringBytes: longestText,
    arrayLength: options.arrayLength ?? 1000,
    depth: options.depth ?? 16,
    objectKeys: options.objectKeys ?? 200,
  };
}
