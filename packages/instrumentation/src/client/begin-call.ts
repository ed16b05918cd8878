/** Begins the call of a client. */

import type { CaptureSetting, Tracer } from '@spanline/core';
import type { Guard } from '@spanline/core/internal';
import type { RequestLayer } from '../provider/observed-usage.ts';
import { attachCall, owningSpan } from './attached-call.ts';
import type { CallTracing } from './call-state.ts';
import type { ClientCall, ClientRequest, ReadRequest } from './call.ts';
import type { OpenCall } from './open-call.ts';
import { openCall } from './traced-call.ts';

/** The tracing of a client. */
export interface ClientTracing extends CallTracing {
  readonly tracer: Tracer;
  readonly guard: Guard;
  readonly read: ReadRequest;
  /** Of spans around the calls; `read` sets it on those of the calls. @defaultValue the tracer's */
  readonly capture?: CaptureSetting | undefined;
  /** @defaultValue client */
  readonly layer?: RequestLayer;
  /** May refuse a call by throwing. */
  readonly beforeCall?: (() => void) | undefined;
}

/** A call that has begun. */
export interface BegunCall {
  readonly open: OpenCall;
  /** `undefined` for the part of a framework's call, whose request stays as it is. */
  readonly own: ClientCall | undefined;
}

/**
 * Begins a call: in a span of its own, or as a part of a framework's call.
 *
 * @returns `undefined` for a request that is not traced
 * @throws what `beforeCall` throws, and nothing else
 */
export function beginCall(tracing: ClientTracing, request: ClientRequest): BegunCall | undefined {
  const { guard, scope, read, beforeCall, layer = 'client' } = tracing;
  const call = guard(scope.name, read, request);
  if (call === undefined) return undefined;
  beforeCall?.();
  const outer = guard(scope.name, owningSpan, call, layer);
  if (outer !== undefined) return { open: attachCall(tracing, outer, call, layer), own: undefined };
  const open = guard(scope.name, openCall, tracing as CallTracing, call);
  return open === undefined ? undefined : { open, own: call };
}
