/** Enters a span into the running context. */

import { type Span } from '@spanline/core';
import { activeState, contextValuesOf, currentValues, enterWith } from '@spanline/core/internal';

/**
 * Makes `span` current for the work that the host starts after the running callback, with no function to wrap. Must be
 * called synchronously, before any `await`, in a callback that the host awaits.
 */
export function enterSpan(span: Span): void {
  if (!span.isRecording) return;
  enterWith(span, contextValuesOf(span) ?? currentValues(), activeState());
}
