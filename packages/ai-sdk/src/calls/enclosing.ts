/** The recording that the running code is inside of, so that a middleware below finds the one above. */

import type { Span } from '@spanline/core';
import { contextSpan, sharedState } from '@spanline/instrumentation';

/** Records a call of a model that a middleware is about to make. */
export interface Recording {
  /** The SDK reports the answer by an event only. A middleware below sees it first. */
  readonly isByEvent: boolean;
  /**
   * Runs the call inside of its span.
   *
   * @param isStreamed - a stream was asked for
   */
  run<T>(execute: () => PromiseLike<T>, isStreamed?: boolean): Promise<T>;
}

/** Copies of this package share them. */
const recordings = sharedState('ai-sdk.model-calls', () => new WeakMap<Span, Recording>());

/** The recording of the nearest open span. */
export function enclosingCall(): Recording | undefined {
  const span = contextSpan();
  return span === undefined ? undefined : recordings.get(span);
}

/** Calls that are made directly inside of `span` go to `recording`, until {@link withdraw}. */
export function offer(span: Span, recording: Recording): void {
  recordings.set(span, recording);
}

/** Ends what {@link offer} began. */
export function withdraw(span: Span): void {
  recordings.delete(span);
}
