/** The recording that the running code is inside of, so that a middleware below finds the one above. */

import type { Span } from '@spanline/core';
import { contextSpan } from '@spanline/instrumentation';
import type { Recording } from './recording.ts';
import { noteFor, noteOf } from './span-notes.ts';

/** The recording of the nearest open span. */
export function enclosingCall(): Recording | undefined {
  const span = contextSpan();
  return span === undefined ? undefined : noteOf(span)?.recording;
}

/** Calls that are made directly inside of `span` go to `recording`, until {@link withdraw}. */
export function offer(span: Span, recording: Recording): void {
  noteFor(span).recording = recording;
}

/** Ends what {@link offer} began. */
export function withdraw(span: Span): void {
  const note = noteOf(span);
  if (note !== undefined) note.recording = undefined;
}
