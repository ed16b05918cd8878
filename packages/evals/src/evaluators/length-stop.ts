/** Answers that were cut at the token limit. */
import type { Verdict } from '../feedback/verdict.ts';

const CUT = new Set(['length', 'max_tokens', 'max_output_tokens', 'model_context_window_exceeded', 'MAX_TOKENS']);

/**
 * Finds answers that the model did not finish, because it reached its token limit.
 *
 * @returns an evaluator of `{ finishReasons }`: yes for an answer that was cut
 */
export function lengthStop(): (values: { readonly finishReasons: readonly string[] }) => Verdict {
  return ({ finishReasons }) => ({ value: finishReasons.some((reason) => CUT.has(reason)) });
}
