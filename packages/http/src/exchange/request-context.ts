/** The async context of a request, for code that it does not reach. */

import type { ContextValues, InstrumentationScope, Span } from '@spanline/core';
import {
  activeState,
  addValues,
  type ContextState,
  contextValuesOf,
  currentValues,
  instrumentationOf,
  isSameTree,
  parentOf,
  runInContext,
  sharedState,
} from '@spanline/instrumentation';

/** The context in which a span is current. */
export function contextOf(span: Span): ContextState {
  return { span, values: contextValuesOf(span) ?? {}, functionSpan: span, entering: false };
}

/** The running code's context if it belongs to the request of `span`, else the one in which `span` is current. */
export function contextWithin(span: Span): ContextState {
  const active = activeState();
  return active?.span !== undefined && isSameTree(active.span, span) ? active : contextOf(span);
}

/** Runs `fn` in the running code's context if it belongs to the request of `span`, else in the request's own. */
export function runWithin(span: Span, fn: () => void): void {
  const active = activeState()?.span;
  if (active !== undefined && isSameTree(active, span)) fn();
  else runInContext(contextOf(span), fn);
}

/** A context whose span starts inside of it. */
export type RequestContext = Omit<ContextState, 'span' | 'functionSpan'> &
  Pick<Mutable<ContextState>, 'span' | 'functionSpan'>;

type Mutable<T> = { -readonly [key in keyof T]: T[key] };

/** Creates a copy of the running code's context, in which `values` are added to those of the outer one. */
export function createRequestContext(values: ContextValues): RequestContext {
  const outer = activeState();
  return {
    span: outer?.span,
    values: addValues(currentValues(), values),
    functionSpan: outer?.functionSpan,
    entering: false,
  };
}

/** Makes `span` current for the rest of the work in a context. */
export function enterSpan(context: RequestContext, span: Span): void {
  context.span = span;
  context.functionSpan = span;
}

/** Names of the adapters' scopes: a span of one of them is the span of a request. */
const scopes = sharedState('http-scopes', () => new Set<string>());

/** Declares that the spans of a scope are those of requests. */
export function declareScope({ name }: InstrumentationScope): void {
  scopes.add(name);
}

/** True if a span belongs to a request. */
function isOfRequest(span: Span): boolean {
  let root = span;
  for (let parent = parentOf(root); parent !== undefined; parent = parentOf(root)) root = parent;
  return scopes.has(instrumentationOf(root)?.name ?? '');
}

/**
 * True if the running code has lost the request of `span`. A span of the application's own is not lost: its code asked
 * for it. The request is lost where the current span is:
 *
 * - none;
 * - one of another request, in whose context Node sent this one's response (pipelining);
 * - one that has ended and that no function was run in: a framework entered it, and the server was started after that.
 */
export function hasLost(span: Span): boolean {
  const state = activeState();
  const active = state?.span;
  if (active === undefined) return true;
  if (isSameTree(active, span)) return false;
  return isOfRequest(active) || (!active.isRecording && state?.functionSpan !== active);
}
