/**
 * The spans that recordings have entered when a call started. The SDK reports a start to all recordings at once, and
 * each enters a span of its own over that of the one before.
 */

import type { Span, Tracer } from '@spanline/core';
import { activeState, type ContextState, parentOf, runInContext, sharedState } from '@spanline/instrumentation';
import type { Tracing } from '../tracing.ts';

/** The start of a call, as a recording has taken it. */
interface Start {
  readonly callId: string;
  readonly logger: object;
  /** The span that another recording has entered for the same start. */
  readonly before: Span | undefined;
  /** True as long as others may hear of the same start. */
  isFresh: boolean;
}

/** Copies of this package share them. */
const starts = sharedState('ai-sdk.starts', () => new WeakMap<Span, Start>());

/** The span that was entered last for the start that the SDK is reporting. */
function reported(callId: string): Span | undefined {
  const span = activeState()?.span;
  const start = span === undefined ? undefined : starts.get(span);
  return start?.isFresh === true && start.callId === callId ? span : undefined;
}

/** True if a recording of the same log has taken the start that the SDK is reporting. */
export function isStarted({ logger }: Tracer, callId: string): boolean {
  for (let span = reported(callId); span !== undefined; span = starts.get(span)?.before) {
    if (starts.get(span)?.logger === logger) return true;
  }
  return false;
}

/** Makes `span` current for the call that starts. */
export function enterStart({ tracer: { logger }, enter }: Tracing, callId: string, span: Span): void {
  const start: Start = { callId, logger, before: reported(callId), isFresh: true };
  starts.set(span, start);
  enter(span);
  queueMicrotask(() => {
    start.isFresh = false;
  });
}

/** True if `span` is the outermost that was entered for the start of a call with that id, or of any call. */
export function isFirstOfStart(span: Span, callId: string | undefined): boolean {
  const start = starts.get(span);
  return start !== undefined && start.before === undefined && (callId === undefined || start.callId === callId);
}

/** The outermost span that was entered for the start that `span` was entered for. */
export function firstOfStart(span: Span): Span {
  let first = span;
  for (let before = starts.get(first)?.before; before !== undefined; before = starts.get(first)?.before) first = before;
  return first;
}

/** The span around `span`: one that was entered for the same start, or its parent. */
export function outerSpan(span: Span): Span | undefined {
  return starts.get(span)?.before ?? parentOf(span);
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
