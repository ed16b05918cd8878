/**
 * The spans that recordings have entered when a call started. The SDK reports a start to all recordings at once, and
 * each enters a span of its own over that of the one before.
 */

import type { Span, Tracer } from '@spanline/core';
import { activeState, parentOf, sharedState } from '@spanline/instrumentation';
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

/** The span around `span`: one that was entered for the same start, or its parent. */
export function outerSpan(span: Span): Span | undefined {
  return starts.get(span)?.before ?? parentOf(span);
}
