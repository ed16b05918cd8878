/** The decision chain of a trace. */

import type { LongText } from './common.ts';
import type { DocumentAnswer } from './span.ts';
import type { MessageAnswer } from './trace.ts';

/** Content that a step got or gave. The rest of a long text is in its span. */
export type StepContent =
  | { readonly kind: 'text'; readonly text: LongText }
  /** The last message, or the first one that differs from another trace, and the number of those before. */
  | { readonly kind: 'messages'; readonly messages: readonly MessageAnswer[]; readonly more: number }
  /** The first documents, and the number of the others. */
  | { readonly kind: 'documents'; readonly documents: readonly DocumentAnswer[]; readonly more: number };

/** A step of the chain. */
export interface StepRow {
  /** Its place in the chain, from 1. */
  readonly number: number;
  readonly spanId: string;
  readonly name: string;
  readonly type: string;
  /** From the start of the trace. */
  readonly atMs?: number;
  readonly durationMs?: number;
  readonly got?: StepContent;
  readonly gave?: StepContent;
  /** Settings of the step: model, temperature, number of documents. */
  readonly inputs: readonly string[];
  /** How it went wrong. */
  readonly problem?: string;
  /** Content that the lines do not have, and why. */
  readonly missing: readonly string[];
  /** Values that are replaced by placeholders. */
  readonly redactions?: number;
}

/** A step that differs from that of another trace. */
export interface StepDifference {
  /**
   * - `missing`, `added`: the second trace, or the first one, lacks it
   * - `got`: it got something else
   * - `gave`: it got the same, and gave something else
   * - `ended`: it got the same, and ended otherwise
   */
  readonly what: 'missing' | 'added' | 'got' | 'gave' | 'ended';
  /** The step of this trace, and that of the other one. */
  readonly before?: StepRow;
  readonly after?: StepRow;
}

/** The step that ended first of those that went wrong. */
export interface FailedStep {
  readonly step: StepRow;
  /** Status of the request. */
  readonly ended: string;
  /** Earlier steps whose output is in its input: pieces of it, of all pieces of theirs. */
  readonly sources: readonly {
    readonly number: number;
    readonly spanId: string;
    readonly name: string;
    readonly pieces: number;
    readonly of: number;
  }[];
}

/**
 * The steps of a trace in the order of their starts: `GET /api/v1/trace/<id>/chain`. With `?with=<id>`, where a second
 * trace parts from it.
 */
export interface ChainAnswer {
  readonly steps: readonly StepRow[];
  /** Place of the first step. */
  readonly offset: number;
  readonly total: number;
  readonly failed?: FailedStep;
  /** The steps that differ, the first one first. Absent without a second trace. */
  readonly differences?: readonly StepDifference[];
  /** Number of all differences. */
  readonly differing?: number;
}
