/** Spans that another tracer starts and that this one records: their ids are those of the other tracer. */
import type { SpanType } from '@spanline/record';
import type { ContextValues, Span, SpanOptions, Tracer } from '../api/index.ts';
import { addValues } from '../context/index.ts';
import { setLabel } from '../gate/index.ts';
import type { AdoptedIds } from './adopted-ids.ts';
import { ADOPT, isOwning } from './guard.ts';
import { noteOuterCall } from './outer-call.ts';
import { stateOf } from './span-state.ts';

/**
 * Starts a span with the ids of another tracer's span. Never throws.
 *
 * @param options - `parent` is a recorded span or absent
 */
export function adoptSpan(tracer: Tracer, options: SpanOptions, ids: AdoptedIds): Span {
  return isOwning(tracer) && ADOPT in tracer ? tracer[ADOPT](options, ids) : tracer.startSpan(options);
}

/**
 * Sets a label that nobody chose for this log. Where the span has no room for it, or it is no scalar, the line says so;
 * that is no fault of the application.
 */
export function labelAdopted(span: Span, key: string, value: unknown): void {
  const state = stateOf(span);
  if (state?.isRecording === true) setLabel((state.labels ??= {}), key, value, state.owner.maxLabels, state);
}

/**
 * True if a call below this span carries usage. Frameworks write the sum of their calls on the span around them, where
 * it would be counted again.
 */
export function hasUsageBelow(span: Span): boolean {
  return stateOf(span)?.hasUsageBelow === true;
}

/** Adds session, user and labels that the other tracer knows to the values of the span. */
export function addAdoptedValues(span: Span, values: ContextValues): void {
  const state = stateOf(span);
  if (state?.isRecording === true) state.values = addValues(state.values, values);
}

/**
 * Changes the type of a span whose kind of work became known after its start. A span below which calls were billed
 * already is a step around them.
 */
export function retype(span: Span, type: SpanType): void {
  const state = stateOf(span);
  if (state?.isRecording !== true) return;
  const isCall = type === 'llm' || type === 'embedding';
  if (isCall && state.hasUsageBelow) {
    state.type = 'chain';
    return;
  }
  state.type = type;
  if (isCall && state.outerCall === undefined) noteOuterCall(state);
}

/** The W3C trace flags of a span; 1 (sampled) for a span of another implementation. */
export function traceFlagsOf(span: Span): number {
  return stateOf(span)?.traceFlags ?? 1;
}
