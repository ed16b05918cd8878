/** Options of sampling: the traces and spans that are written. */
import type { SpanRecord } from '@spanline/record';
import type { Labels } from './context.ts';

/** Sampling of whole traces. */
export interface SamplingOptions {
  /**
   * Share of traces to write, 0–1. Decided by trace id, so services agree.
   * @defaultValue `SPANLINE_SAMPLE_RATIO`, else 1
   */
  ratio?: number;
  /**
   * Holds traces back until their local root ends. Writes those that a rule keeps, and the share `ratio` of the others.
   * A killed process loses the traces it holds back.
   */
  tail?: TailOptions;
  /** `roots` writes only local roots, with their roll-up, and failed spans. @defaultValue `all` */
  spans?: 'all' | 'roots';
}

/** A trace whose local root has ended, as a rule of tail sampling sees it. */
export interface TailTrace {
  /** The local root, with the roll-up. */
  readonly root: Readonly<SpanRecord>;
  /** A span of the trace failed. */
  readonly failed: boolean;
  /** The spans that have ended, including the root. */
  readonly records: readonly Readonly<SpanRecord>[];
}

/** Traces that are kept whatever the ratio says. The decision falls when the local root ends. */
export interface TailOptions {
  /** Keeps traces in which a span failed. @defaultValue true */
  errors?: boolean;
  /** Keeps traces whose local root took longer than this, in milliseconds. */
  slowerThanMs?: number;
  /** Keeps traces that cost more than this, in US dollars. */
  costAboveUsd?: number;
  /** Keeps traces with more input and output tokens than this. */
  tokensAbove?: number;
  /** Keeps traces with a span that has one of these labels. */
  labels?: Labels;
  /** Keeps traces for which it returns true, or throws. */
  keep?: (trace: TailTrace) => boolean;
  /** Maximum number of traces held back. Beyond it the oldest is written. @defaultValue 1000 */
  maxTraces?: number;
  /**
   * Maximum size of the traces held back, in bytes, approximate. Beyond it the oldest is written.
   * @defaultValue 67108864
   */
  maxBytes?: number;
  /** Writes a trace whose root has not ended after this many seconds. @defaultValue 120 */
  maxAgeSeconds?: number;
}
