import type { ContextValues, Span } from '../api/index.ts';
import { activeState, activeValues, resolvedSpans, runWithValues } from './store.ts';

/** What spans of every installed copy of this package have in common. */
interface SpanNode extends Span {
  readonly parent?: SpanNode | undefined;
  /** 0 for a local root. */
  readonly depth: number;
}

/** `span`, or its nearest ancestor that has not ended. */
export function nearestOpen(span: Span | undefined): Span | undefined {
  let node = span as SpanNode | undefined;
  while (node !== undefined && !node.isRecording) node = node.parent;
  return node;
}

/** The span that encloses `span` in this process. */
export function parentOf(span: Span): Span | undefined {
  return (span as SpanNode).parent;
}

function deeper(first: Span | undefined, second: Span | undefined): Span | undefined {
  if (first === undefined || second === undefined) return first ?? second;
  if (first.traceId !== second.traceId) return first;
  return (second as SpanNode).depth > (first as SpanNode).depth ? second : first;
}

/**
 * The span that the running code belongs to, or `undefined` outside of any. Never an ended one: it walks up to the nearest open
 * ancestor. Safe anywhere: `currentSpan()?.label('tenant', id)`.
 */
export function currentSpan(): Span | undefined {
  let span = nearestOpen(activeState()?.span);
  for (const resolved of resolvedSpans()) span = deeper(span, nearestOpen(resolved));
  return span;
}

/** The request, session, user and labels that hold for the running code. */
export function currentValues(): ContextValues {
  return activeValues();
}

/**
 * The parent of a span that starts here: the current span, or, when all that enclosed the running code has ended (work that outlives
 * its request), the span whose function it came from, so that the trace stays whole.
 */
export function enclosingSpan(): Span | undefined {
  return currentSpan() ?? activeState()?.scope;
}

/**
 * The parent of a framework's run that names no parent. A source that entered a span in this very synchronous frame (a direct call of a
 * tool runs its handler in the caller's frame) must not become the parent of the call's siblings: they get its parent.
 */
export function callerSpan(): Span | undefined {
  const state = activeState();
  if (state?.entering !== true || state.span === undefined) return enclosingSpan();
  return nearestOpen(parentOf(state.span)) ?? state.scope;
}

/** Runs `fn` with `values` added to the context: every span started inside inherits them; labels are merged. */
export function withContext<T>(values: ContextValues, fn: () => T): T {
  const outer = activeValues();
  const merged: ContextValues = { ...outer, ...values };
  if (outer.labels !== undefined && values.labels !== undefined) merged.labels = { ...outer.labels, ...values.labels };
  return runWithValues(merged, fn);
}
