import { SpanlineError } from '@spanline/record';
import type { LimitOptions } from '../api/index.ts';
import type { PlainLimits } from './plain.ts';

/** Limits with every default filled in. */
export interface Limits extends PlainLimits {
  readonly lineBytes: number;
  readonly fieldBytes: number;
}

/** Container runtimes split lines at 16 KiB; files take what a search engine can still index. */
const DEFAULTS = {
  small: { lineBytes: 15_360, fieldBytes: 8_192 },
  large: { lineBytes: 204_800, fieldBytes: 65_536 },
} as const;

/** Room for what stands around the one long text of a field: quotes, a message's role and parts. */
const STRUCTURE_BYTES = 128;

const MINIMUM: Readonly<Record<keyof LimitOptions, number>> = {
  lineBytes: 4096,
  fieldBytes: 128,
  arrayLength: 1,
  depth: 1,
  objectKeys: 1,
  labels: 0,
};

/**
 * Fills in the limits for a destination.
 *
 * @throws SpanlineError `ERR_INVALID_OPTION` naming the limit
 */
export function resolveLimits(options: LimitOptions, destination: 'small' | 'large'): Limits {
  for (const [name, value] of Object.entries(options)) {
    const minimum = (MINIMUM as Readonly<Record<string, number>>)[name];
    const expected =
      minimum === undefined ? `one of ${Object.keys(MINIMUM).join(', ')}` : `an integer of at least ${minimum}`;
    if (minimum === undefined || (value !== undefined && !(Number.isInteger(value) && value >= minimum))) {
      throw new SpanlineError({ code: 'ERR_INVALID_OPTION', option: `limits.${name}`, expected, got: value });
    }
  }
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
