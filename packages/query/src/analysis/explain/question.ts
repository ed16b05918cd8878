/** A question for causes: the spans it is about, and the measure by which some of them are bad. */

/**
 * The measure by which spans are bad:
 *
 * - `duration`, `first_token`: milliseconds
 * - `cost`: US dollars, of the span and everything below it
 * - `tokens`: input and output, of the span and everything below it
 * - `failure`: the span failed; with {@link ExplainQuestion.errorClass}, something below it failed in this way
 * - `score`: the value of an evaluation
 */
export type ExplainMeasure = 'duration' | 'first_token' | 'cost' | 'tokens' | 'failure' | 'score';

/** A question for causes. */
export interface ExplainQuestion {
  readonly measure: ExplainMeasure;
  /** Name of the step; `*` and `?` are wildcards. @defaultValue requests; for a score, the spans that have it */
  readonly step?: string | undefined;
  /** Type of the spans, such as `llm`, instead of a step. */
  readonly type?: string | undefined;
  /** Name of the evaluation, for `score`. */
  readonly score?: string | undefined;
  /** Kind of the failure, for `failure`: `timeout`. */
  readonly errorClass?: string | undefined;
  /** Bad values are low. @defaultValue true for a score, else false */
  readonly isLow?: boolean | undefined;
  /**
   * Values beyond it are bad. @defaultValue where the values fall into two groups; if they do not, the worst tenth is
   * bad
   */
  readonly limit?: number | undefined;
  /**
   * Only these times have bad traces, in milliseconds since the epoch. Traces that are bad at other times are left out.
   */
  readonly during?: { readonly from: number; readonly to: number } | undefined;
}

/** 1 if high values are bad, -1 if low values are. */
export function signOf({ isLow, measure }: ExplainQuestion): 1 | -1 {
  return (isLow ?? measure === 'score') ? -1 : 1;
}
