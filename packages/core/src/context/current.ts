/** The span that the running code belongs to. */
import type { ContextValues, Span } from '../api/index.ts';
import { activeState, currentValues, resolvedSpans, runWithValues } from './store.ts';
import { isTraced, STATE } from './traced-span.ts';
import { addValues } from './values.ts';

/** Returns the span that encloses `span` in this process. */
export function parentOf(span: Span): Span | undefined {
  return isTraced(span) ? span[STATE].parent : undefined;
}

/** Returns `span` if it is open, else its nearest open ancestor. */
export function nearestOpen(span: Span | undefined): Span | undefined {
  let candidate = span;
  while (candidate !== undefined && !candidate.isRecording) candidate = parentOf(candidate);
  return candidate;
}

function depthOf(span: Span): number {
  return isTraced(span) ? span[STATE].depth : 0;
}

function deeper(first: Span | undefined, second: Span | undefined): Span | undefined {
  if (first === undefined || second === undefined) return first ?? second;
  if (first.traceId !== second.traceId) return first;
  return depthOf(second) > depthOf(first) ? second : first;
}

/**
 * Returns the span that the running code belongs to, or `undefined` outside of any span. It never returns an ended
 * span: it walks up to the nearest open ancestor. Safe to call anywhere: `currentSpan()?.label('tenant', id)`.
 */
export function currentSpan(): Span | undefined {
  let span = nearestOpen(activeState()?.span);
  for (const resolved of resolvedSpans()) span = deeper(span, nearestOpen(resolved));
  return span;
}

/**
 * Returns the open span of our own async context, also where another context knows a deeper one, such as
 * OpenTelemetry's.
 */
export function contextSpan(): Span | undefined {
  return nearestOpen(activeState()?.span);
}

/**
 * Returns the current span. If every enclosing span has ended (work that outlives its request), it returns the ended
 * span whose function the work came from, so that the work stays in its trace.
 */
export function enclosingSpan(): Span | undefined {
  return currentSpan() ?? activeState()?.functionSpan;
}

/**
 * Returns the parent of a span that starts here. It is the enclosing span, with one exception: the frame that entered a
 * span is still running when a tool is called directly, because its handler runs in the caller's frame. The next call
 * of that frame is a sibling of the entered span, so its parent is the entered span's parent.
 */
export function callerSpan(): Span | undefined {
  const state = activeState();
  if (state?.entering !== true || state.span === undefined) return enclosingSpan();
  return nearestOpen(parentOf(state.span)) ?? state.functionSpan;
}

/**
 * Runs `fn` with `values` added to the context. Spans started inside inherit them. Labels are merged with those of the
 * outer context. A value that is no text, number or boolean is left out; the spans inside list it in
 * `spanline.truncated`.
 */
export function withContext<T>(values: ContextValues, fn: () => T): T {
  return runWithValues(addValues(currentValues(), values), fn);
}
