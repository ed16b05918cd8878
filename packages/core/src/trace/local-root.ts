import type { TraceMemory } from '../capture/index.ts';
import { createRollup, type Rollup } from './rollup.ts';

/**
 * State that the spans of one trace in one process share. It hangs on the local root (the span without a parent in this process), not on
 * the trace id: two requests of one trace in one process are two local roots.
 */
export interface LocalRoot {
  readonly rollup: Rollup;
  readonly sampled: boolean;
  /** Ratio at which traces like this one are kept, when sampling is configured. */
  readonly sampleRatio: number | undefined;
  ended: boolean;
  /** A span failed. */
  failed: boolean;
  /** Ids of the documents that retrievers returned. */
  sources: Set<string> | undefined;
  /** Scores given to the trace so far, by name. */
  scores: Record<string, number | string> | undefined;
  /** What capture remembers of the lines of this root: numbers of redacted values, messages. */
  captureMemory: TraceMemory | undefined;
}

/** The state of a new local root. */
export function createLocalRoot(sampled: boolean, sampleRatio: number | undefined): LocalRoot {
  return {
    rollup: createRollup(),
    sampled,
    sampleRatio,
    ended: false,
    failed: false,
    sources: undefined,
    scores: undefined,
    captureMemory: undefined,
  };
}
