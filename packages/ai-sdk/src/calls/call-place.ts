/** The place of a model call's recording: its operation, and the listeners of its end. */

import type { SpanOptions } from '@spanline/core';
import type { Cut } from './cut.ts';
import type { Operation } from './operation.ts';

/** Listeners of ends that the SDK does not report. The owner of an operation's recordings sets them. */
export interface CallEnds {
  /** Called when the answer turns out to be a stream. Only where the model is wrapped. */
  readonly onStream?: (operation: Operation) => void;
  /** Called when a stream has arrived, with an object of the answer, and the caller's signal if it is known. */
  readonly onAnswered?: (operation: Operation, holder: unknown, signal: AbortSignal | undefined) => void;
  /** Called when a stream ends early. */
  readonly onCut?: (operation: Operation, how: Cut) => void;
  /** Called when the model gives an error, and no answer. */
  readonly onFailed?: (operation: Operation, error: unknown) => void;
}

/** Where and when a recording begins. */
export interface CallPlace {
  readonly parent?: SpanOptions['parent'];
  readonly startTime?: number | undefined;
  readonly operation?: Operation | undefined;
  readonly ends?: CallEnds;
}
