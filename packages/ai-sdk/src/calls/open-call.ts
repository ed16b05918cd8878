/** The recording of a model call as its operation knows it. */

import type { Span, SpanAttributes } from '@spanline/core';
import type { Props } from '@spanline/instrumentation';

/** A recording that its operation ends, unless the model does. */
export interface OpenCall {
  readonly span: Span;
  readonly isOpen: boolean;
  /** The answer is there, and the SDK will report it later. The call ends now. */
  answered(): void;
  /** Ends the call with an answer that came whole. */
  end(result: Props, more?: SpanAttributes, endTime?: number): void;
  fail(error: unknown, endTime?: number): void;
  /** Ends a call that nobody waits for any more. */
  leave(status: 'abandoned' | 'aborted'): void;
}
