/**
 * The spans that recordings have entered when a call started. The SDK reports a start to all recordings at once, and
 * each enters a span of its own over that of the one before.
 */

import type { Span, Tracer } from '@spanline/core';
import { activeState, type ContextState, parentOf, runInContext, sharedState } from '@spanline/instrumentation';
import type { Tracing } from '../tracing.ts';
import { noteFor, noteOf } from './span-notes.ts';

/** The span that was entered last for the start that the SDK is reporting: others hear of it in the same frame. */
function reported(callId: string): Span | undefined {
  const state = activeState();
  const span = state?.span;
  return span !== undefined && state?.entering === true && noteOf(span)?.callId === callId ? span : undefined;
}

/** True if a recording of the same log has taken the start that the SDK is reporting. */
export function isStarted({ logger }: Tracer, callId: string): boolean {
  for (let span = reported(callId); span !== undefined; span = noteOf(span)?.before) {
    if (noteOf(span)?.logger === logger) return true;
  }
  return false;
}

/** Makes `span` current for the call that starts. */
export function enterStart({ tracer: { logger }, enter }: Tracing, callId: string, span: Span): void {
  const note = noteFor(span);
  note.callId = callId;
  note.logger = logger;
  note.before = reported(callId);
  enter(span);
}

/** True if `span` is the outermost that was entered for the start of a call with that id, or of any call. */
export function isFirstOfStart(span: Span, callId: string | undefined): boolean {
  const note = noteOf(span);
  if (note?.callId === undefined || note.before !== undefined) return false;
  return callId === undefined || note.callId === callId;
}

/** The outermost span that was entered for the start that `span` was entered for. */
export function firstOfStart(span: Span): Span {
  let first = span;
  for (let before = noteOf(first)?.before; before !== undefined; before = noteOf(first)?.before) first = before;
  return first;
}

/** The span around `span`: one that was entered for the same start, or its parent. */
export function outerSpan(span: Span): Span | undefined {
  return noteOf(span)?.before ?? parentOf(span);
}

const NO_CONTEXT: ContextState = { span: undefined, values: {}, functionSpan: undefined, entering: false };

/** Contexts in which events were reported first. */
const contexts = sharedState('ai-sdk.contexts', () => new WeakMap<object, ContextState>());

/**
 * Starts the span of an event of `ai` 6 in the context of its call. The SDK reports an event to one recording after the
 * other, so that a second one finds itself inside of the span that the first one has entered.
 */
export function startAround<T>(event: object, start: () => T): T {
  const context = contexts.get(event);
  if (context !== undefined) return runInContext(context, start);
  contexts.set(event, activeState() ?? NO_CONTEXT);
  return start();
}
