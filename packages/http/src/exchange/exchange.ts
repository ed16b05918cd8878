/** One request on its way. */

import type { Span, Tracer } from '@spanline/core';
import { type ChildFailure, failuresBelow, type Guard } from '@spanline/instrumentation';

const NO_FAILURES: readonly ChildFailure[] = [];

/** Copies what has failed below the span so far. */
export function failuresSoFar(span: Span): readonly ChildFailure[] {
  const failures = failuresBelow(span);
  return failures.length === 0 ? NO_FAILURES : [...failures];
}

/**
 * A request, from its arrival to the close of its response. It refers to neither: a value that leads to its own weak
 * key keeps both alive through minor collections (measured: 20 µs a request).
 */
export interface Exchange {
  readonly span: Span;
  readonly tracer: Tracer;
  readonly guard: Guard;
  readonly requestId: string;
  readonly startedMs: number;
  /** When the head of the response was written; `undefined` if it could no longer reach the client. */
  firstByteMs: number | undefined;
  /** The response began after the connection was lost. Node finishes it all the same. */
  isUnreachable: boolean;
  /** Bytes of the body as the connection saw them: after compression, without the framing of chunks. */
  bodyBytes: number;
  /** The first error that reached an error handler while the client was connected. */
  error: unknown;
  /** The last one: another error if an error handler replaced the first. */
  lastError: unknown;
  /** The status that the response had when the last error came. */
  statusAtError: number | undefined;
  /** Failures below the span before the head of the response was written. */
  failuresAtHead: readonly ChildFailure[];
  /** Failures below the span before the response was complete. */
  failuresAtEnd: readonly ChildFailure[];
  /** The response has closed. A close may be reported twice. */
  isClosed: boolean;
}

/** Begins an exchange. */
export function createExchange(span: Span, tracer: Tracer, guard: Guard, requestId: string): Exchange {
  return {
    span,
    tracer,
    guard,
    requestId,
    startedMs: performance.now(),
    firstByteMs: undefined,
    isUnreachable: false,
    bodyBytes: 0,
    error: undefined,
    lastError: undefined,
    statusAtError: undefined,
    failuresAtHead: NO_FAILURES,
    failuresAtEnd: NO_FAILURES,
    isClosed: false,
  };
}
