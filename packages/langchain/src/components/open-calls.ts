/**
 * Calls of traced components that have not returned, so that a method that calls another one of its object has one
 * span.
 */

import { currentSpan, type Span } from '@spanline/core';
import { spanNotes } from '@spanline/instrumentation';

/** Operations that get a span. */
export type Operation = 'embed' | 'search' | 'rerank' | 'stream' | 'graph';

/** An open call. */
export interface OpenCall {
  readonly self: object;
  readonly operation: Operation;
  /** Result of the last call that the method made on the same object. */
  inner: unknown;
}

/** Open calls by span, of all tracers: an object and its class may both be traced. */
const open = spanNotes<OpenCall>('langchain.open-calls');

/** Keeps the call that `span` stands for. */
export function openCall(span: Span, self: object, operation: Operation): OpenCall {
  const call: OpenCall = { self, operation, inner: undefined };
  open.put(span, call);
  return call;
}

/**
 * The open call that makes this one on the same object: `embedDocuments` inside `embedQuery`, a method of the base
 * class, the class's traced method inside the object's.
 */
export function outerCall(self: object, operation: Operation): OpenCall | undefined {
  const span = currentSpan();
  const call = span === undefined ? undefined : open.of(span);
  return call?.self === self && call.operation === operation ? call : undefined;
}
