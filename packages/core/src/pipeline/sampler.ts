import type { SamplingOptions } from '../api/index.ts';
import { FLAG_SAMPLED } from '../context/index.ts';

/** Decides once per local root whether its trace is written. */
export interface Sampler {
  /** Written on every line of a kept trace; undefined when everything is kept. */
  readonly ratio: number | undefined;
  /** @param parentFlags trace flags of a trusted parent, whose decision holds */
  decide(traceId: string, parentFlags: number | undefined): boolean;
}

const DIGITS = 13;
const RANGE = 16 ** DIGITS;

/**
 * Head sampling by trace id: the last 52 bits of the id against the ratio, so that every service with the same ratio keeps the same traces
 * (W3C level 2 requires the right-most 56 bits to be random). With tail sampling nothing is decided here but what a trusted parent has decided.
 */
export function createSampler(options: SamplingOptions): Sampler {
  const ratio = options.ratio ?? 1;
  const atHead = options.tail === undefined ? ratio : 1;
  return {
    ratio: atHead === 1 ? undefined : atHead,
    decide(traceId, parentFlags): boolean {
      if (parentFlags !== undefined) return (parentFlags & FLAG_SAMPLED) !== 0;
      return atHead === 1 || Number.parseInt(traceId.slice(-DIGITS), 16) / RANGE < atHead;
    },
  };
}
