/** The notes of this package on spans that it has started. */

import type { Span } from '@spanline/core';
import { spanNotes } from '@spanline/instrumentation';
import type { Recording } from './recording.ts';

/** The note of a span. */
export interface SpanNote {
  /** Id of the call that the span was entered for when the call started. */
  callId: string | undefined;
  /** The log that the call is written to. */
  logger: object | undefined;
  /** The span that another recording has entered for the same start. */
  before: Span | undefined;
  /** The operation that the span is of. Its type is known to the registry that it is in. */
  operation: unknown;
  /** That registry. */
  operations: object | undefined;
  /** Records the calls that are made directly inside of the span. */
  recording: Recording | undefined;
}

/** Copies of this package share them. */
const notes = spanNotes<SpanNote>('ai-sdk.spans');

/** The note of a span, if it has one. */
export const noteOf = (span: Span): SpanNote | undefined => notes.of(span);

/** The note of a span to write to. */
export function noteFor(span: Span): SpanNote {
  let note = notes.of(span);
  if (note === undefined) {
    note = {
      callId: undefined,
      logger: undefined,
      before: undefined,
      operation: undefined,
      operations: undefined,
      recording: undefined,
    };
    notes.put(span, note);
  }
  return note;
}
