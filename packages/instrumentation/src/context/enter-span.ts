/** Enters a span into the running context. */

import { type Span, type Tracer, withContext } from '@spanline/core';
import { activeState, contextValuesOf, currentValues, enterWith } from '@spanline/core/internal';

/**
 * Makes `span` current for the work that the host starts after the running callback, with no function to wrap. Must be
 * called synchronously, before any `await`, in a callback that the host awaits.
 */
export type EnterSpan = (span: Span) => void;

function enterSpan(span: Span): void {
  if (!span.isRecording) return;
  enterWith(span, contextValuesOf(span) ?? currentValues(), activeState());
}

/**
 * Creates the function that enters spans of `tracer`. Call it when the instrumentation is set up. Node 20 and 22 follow
 * the context only of work that begins after a context was first used. A span that is entered before stays current for
 * its caller, and for all that was waiting. So this function uses one, unless `tracer` is disabled.
 */
export function createEnterSpan(tracer: Tracer): EnterSpan {
  if (tracer.enabled) withContext({}, () => undefined);
  return enterSpan;
}
