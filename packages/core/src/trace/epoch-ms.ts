/** The time of a tracer. */
import type { Span, Tracer } from '../api/index.ts';
import { isOwning, OWNER } from './guard.ts';
import { stateOf } from './span-state.ts';

/**
 * The time for `startTime` and `endTime`, in epoch milliseconds with microseconds: that of the clock of a tracer, or of
 * the tracer of a span. `performance.timeOrigin` is another clock: it keeps the time that the system had when the
 * process started.
 */
export function epochMs(source: Tracer | Span): number {
  const owner = 'startSpan' in source && isOwning(source) ? source[OWNER] : stateOf(source as Span)?.owner;
  return owner === undefined ? Date.now() : owner.now();
}
