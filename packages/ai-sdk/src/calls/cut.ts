/** How a call ends that does not come to its own end. */

import { statusOfThrown } from '@spanline/instrumentation';

/** An end before the end. */
export interface Cut {
  readonly status?: 'abandoned' | 'aborted';
  readonly failure?: { readonly error: unknown };
}

const ABORTED: Cut = Object.freeze({ status: 'aborted' });

/** The end of a call that `error` was thrown for. */
export function failedWith(error: unknown): Cut {
  return statusOfThrown(error) === 'error' ? { failure: { error } } : ABORTED;
}

/**
 * The end of a call that its caller has taken back. A time-out aborts as well. It is a failure.
 *
 * @param reason - of the caller's signal
 */
export function takenBack(reason: unknown): Cut {
  return reason instanceof Error ? failedWith(reason) : ABORTED;
}
