/**
 * Access of instrumentations to a span beyond its public interface. Spans of other implementations are left
 * alone.
 */
import type { ProfileName, SpanStatus } from '@spanline/record';
import type { ContextValues, EndOptions, InstrumentationScope, Span } from '../api/index.ts';
import { addValues, isTraceId } from '../context/index.ts';
import { type Attributes, type ChildFailure, stateOf } from './span-state.ts';

const NO_FAILURES: readonly ChildFailure[] = [];

/** Links a span to the trace that caused it without being its parent. Ignores a malformed id. */
export function linkTo(span: Span, traceId: unknown): void {
  const state = stateOf(span);
  if (state?.isRecording === true && isTraceId(traceId)) state.linkedTraceId = traceId;
}

/** Returns the spelling of ids on the application lines of a span's tracer. */
export function profileOfSpan(span: Span): ProfileName {
  return stateOf(span)?.owner.profile ?? 'otel';
}

/** True for two spans below the same local root: of one request, whatever their trace ids. */
export function isSameTree(first: Span, second: Span): boolean {
  const root = stateOf(first)?.localRoot;
  return root !== undefined && root === stateOf(second)?.localRoot;
}

/**
 * Registers a callback that flushes partial data onto the span. It runs if the tracer ends the span itself (process
 * exit, or too many open spans).
 */
export function onForcedEnd(span: Span, flush: () => void): void {
  const state = stateOf(span);
  if (state?.isRecording === true) state.onForcedEnd = flush;
}

/**
 * Ends a span retroactively.
 *
 * @param agoMs - how long ago the span ended; 0 for now
 */
export function endRetroactively(span: Span, agoMs: number, status: SpanStatus): void {
  const owner = stateOf(span)?.owner;
  span.end(owner === undefined || agoMs <= 0 ? { status } : { status, endTime: owner.now() - agoMs });
}

/**
 * Says which agent is at work in a span from here on: spans that start below it inherit the name. The span's own
 * attribute stays.
 */
export function enterAgent(span: Span, name: string): void {
  const state = stateOf(span);
  if (state?.isRecording === true) state.agentName = name;
}

/**
 * Names the conversation that a span belongs to, as session and as conversation, where its context does not. Enter the
 * span after that, so that the work inside has the same.
 */
export function setConversation(span: Span, id: string): void {
  const state = stateOf(span);
  if (state?.isRecording !== true) return;
  const { sessionId, conversationId } = state.values;
  if (sessionId !== undefined && conversationId !== undefined) return;
  state.values = addValues(state.values, { sessionId: sessionId ?? id, conversationId: conversationId ?? id });
}

/**
 * Ends a local root that was cut off, as of now. Spans below it that are still open may end first, so that the tree is
 * whole: the line is written when the last one has ended, or after `waitMs`. The timer does not hold the process, and
 * the line is also written when it exits.
 */
export function endWithChildren(span: Span, options: EndOptions, waitMs: number): void {
  const state = stateOf(span);
  if (state === undefined || state.localRoot.rollup.open === 0) return span.end(options);
  const { localRoot, owner } = state;
  const endTime = owner.now();
  const timer = setTimeout(end, waitMs).unref();
  function end(): void {
    clearTimeout(timer);
    localRoot.onIdle = undefined;
    span.end({ ...options, endTime });
  }
  localRoot.onIdle = end;
  state.onForcedEnd = end;
}

/** Returns the attributes set so far, without content. Do not change them. */
export function attributesOf(span: Span): Readonly<Attributes> | undefined {
  return stateOf(span)?.attributes;
}

/** Returns the instrumentation that started a span, or `undefined` for a span that the application started itself. */
export function instrumentationOf(span: Span): InstrumentationScope | undefined {
  return stateOf(span)?.scope;
}

/** Returns the failures of the direct children of a span that is recording, oldest first. */
export function failuresBelow(span: Span): readonly ChildFailure[] {
  return stateOf(span)?.childFailures ?? NO_FAILURES;
}

/**
 * Returns the session, user, request and labels of a span. The object is the span's own: changing it changes the span's
 * line.
 */
export function contextValuesOf(span: Span): ContextValues | undefined {
  return stateOf(span)?.values;
}
