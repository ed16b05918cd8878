/** Enters a span into the running context. */

import { type Span, withContext } from '@spanline/core';
import { activeState, contextValuesOf, currentValues, enterWith } from '@spanline/core/internal';

/**
 * Makes `span` current for the work that the host starts after the running callback, with no function to wrap. Must be
 * called synchronously, before any `await`, in a callback that the host awaits.
 */
export function enterSpan(span: Span): void {
  if (!span.isRecording) return;
  enterWith(span, contextValuesOf(span) ?? currentValues(), activeState());
}

/**
 * To be called once, before the host does work that {@link enterSpan} is used in. Node follows the context of work that
 * begins after the first use of one. Without it, the first span that is entered stays current for its caller.
 */
export function followContexts(): void {
  withContext({}, () => undefined);
}
