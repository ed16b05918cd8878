/** Scores that make their trace worth keeping. */
import type { CaptureMode } from '@spanline/core';
import { option, type Shape } from '@spanline/record';
import type { Verdict } from './verdict.ts';

/** Scores that keep their trace. */
export interface KeepOptions {
  /** Scores below this number. */
  below?: number;
  /** Scores above this number. A yes is 1, a no is 0. */
  above?: number;
  /** Scores with one of these labels. */
  labels?: readonly string[];
  /**
   * Captures the spans of the trace that end after the score in this way. Spans that ended before keep theirs.
   *
   * @defaultValue none: capture stays as it is
   */
  capture?: CaptureMode;
}

/** Checks of {@link KeepOptions}. */
export const KEEP_SHAPE: Shape<KeepOptions> = {
  below: option.number(),
  above: option.number(),
  labels: option.list(option.string()),
  capture: option.oneOf(['full', 'redacted', 'metadata', 'hashed']),
};

/** True for a score that keeps its trace. */
export function isKept({ value, label }: Verdict, { below, above, labels = [] }: KeepOptions): boolean {
  const words = label ?? (typeof value === 'string' ? value : undefined);
  if (words !== undefined && labels.includes(words)) return true;
  const number = typeof value === 'boolean' ? Number(value) : value;
  if (typeof number !== 'number') return false;
  return (below !== undefined && number < below) || (above !== undefined && number > above);
}
