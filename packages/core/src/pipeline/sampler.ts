/** Head sampling: whether a trace is written is decided when it starts, by its id. */
import type { SamplingOptions } from '../api/index.ts';
import { FLAG_SAMPLED } from '../context/index.ts';

/** Decides once per local root. */
export interface Sampler {
  /** Written on every line of a kept trace. `undefined` if all traces are kept. */
  readonly ratio: number | undefined;
  /** @param parentFlags - trace flags of a trusted parent, whose decision holds */
  decide(traceId: string, parentFlags: number | undefined): boolean;
}

const DIGITS = 13;
const RANGE = 16 ** DIGITS;

/**
 * Compares the last 52 bits of a trace id with the ratio, so that all services with the same ratio keep the same
 * traces. W3C Trace Context level 2 requires the right-most 56 bits to be random.
 */
export function isWithinRatio(traceId: string, ratio: number): boolean {
  return Number.parseInt(traceId.slice(-DIGITS), 16) / RANGE < ratio;
}

/** Creates the head sampler. With tail sampling it keeps every trace that no trusted parent has decided against. */
export function createSampler({ ratio = 1, tail }: SamplingOptions): Sampler {
  const headRatio = tail === undefined ? ratio : 1;
  return {
    ratio: headRatio === 1 ? undefined : headRatio,
    decide(traceId, parentFlags): boolean {
      if (parentFlags !== undefined) return (parentFlags & FLAG_SAMPLED) !== 0;
      return headRatio === 1 || isWithinRatio(traceId, headRatio);
    },
  };
}
