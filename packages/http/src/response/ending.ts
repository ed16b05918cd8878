/** The end of a response, on a connection or of the Web. */

import type { Outcome } from './outcome.ts';

/** How a response ended. */
export interface Ending {
  readonly outcome: Outcome;
  /** Status of the response, sent or not. */
  readonly status: number;
  /** The body has no length in the head: it was sent in chunks. */
  readonly isStreamed: boolean;
  /** The whole response was sent. */
  readonly isComplete: boolean;
}
