/** Answers that were cut at the token limit. */
import { hasLimitReason } from '@spanline/record';
import type { Verdict } from '../feedback/verdict.ts';

/**
 * Finds answers that the model did not finish, because it reached its token limit.
 *
 * @returns an evaluator of `{ finishReasons }`: yes for an answer that was cut
 */
export function lengthStop(): (values: { readonly finishReasons: readonly string[] }) => Verdict {
  return ({ finishReasons }) => ({ value: hasLimitReason(finishReasons) });
}
