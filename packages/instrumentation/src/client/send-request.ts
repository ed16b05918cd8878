/** Sends a client's request inside of a span. */

import type { Tracer } from '@spanline/core';
import { createLateContext, type Guard } from '@spanline/core/internal';
import { attachCall, frameworkSpan } from './attached-call.ts';
import type { CallTracing } from './call-state.ts';
import type { ClientRequest, ReadRequest } from './call.ts';
import type { AnswerEvents, OpenCall } from './open-call.ts';
import { openCall } from './traced-call.ts';
import { watchPromise } from './watch-promise.ts';

/** The tracing of a client. */
export interface ClientTracing extends CallTracing {
  readonly tracer: Tracer;
  readonly guard: Guard;
  readonly read: ReadRequest;
  /** May refuse a call by throwing. */
  readonly beforeCall?: (() => void) | undefined;
}

/**
 * Marks the options of a traced request, through the copies that clients make of them and for every copy of this
 * package.
 */
export const CALL: unique symbol = Symbol.for('spanline.client-call');

/** The options of a request, as a client's method gets them. */
export interface RequestOptions {
  readonly body?: unknown;
  readonly [CALL]?: OpenCall;
}

/** The client's own method, bound to the arguments of one call. */
export interface Send {
  /** Calls it as the application did. */
  plain(): unknown;
  /** Calls it with other options. */
  with(options: RequestOptions | Promise<RequestOptions>): unknown;
}

/** A call that has begun, and the additions to its options: the mark, and the body if it is rewritten. */
interface BegunCall {
  readonly open: OpenCall;
  readonly options: RequestOptions;
}

/** @throws what `beforeCall` throws, and nothing else */
function begin(tracing: ClientTracing, request: ClientRequest): BegunCall | undefined {
  const { guard, scope, read, beforeCall } = tracing;
  const call = guard(scope.name, () => read(request));
  if (call === undefined) return undefined;
  beforeCall?.();
  const outer = guard(scope.name, frameworkSpan);
  if (outer !== undefined) {
    const open = attachCall(outer, call);
    return { open, options: { [CALL]: open } };
  }
  const open = guard(scope.name, () => openCall(tracing, call));
  if (open === undefined) return undefined;
  return { open, options: { [CALL]: open, ...(call.rewrite === undefined ? {} : { body: call.rewrite.body }) } };
}

/** Events of a call that begins later, or not at all. */
function lateEvents(call: () => AnswerEvents | undefined): AnswerEvents {
  return {
    responded: (response) => call()?.responded(response),
    parsed: (value) => call()?.parsed(value),
    taken: (response) => call()?.taken(response),
    failed: (error) => call()?.failed(error),
    forgotten: () => call()?.forgotten(),
  };
}

/** Sends a request whose options are known. */
export function sendRequest(
  tracing: ClientTracing,
  request: ClientRequest,
  given: RequestOptions | undefined,
  send: Send,
): unknown {
  let begun: BegunCall | undefined;
  try {
    begun = begin(tracing, request);
  } catch (error) {
    // The client turns it into its own kind of promise.
    const refused = Promise.resolve().then((): never => {
      throw error;
    });
    return send.with(refused);
  }
  if (begun === undefined) return send.plain();
  const { open, options } = begun;
  try {
    const answer = open.run(() => send.with({ ...given, ...options }));
    if (tracing.guard(tracing.scope.name, () => watchPromise(answer, open.events, open.isDecoded)) !== true) open.end();
    return answer;
  } catch (error) {
    open.fail(error);
    throw error;
  }
}

/**
 * Sends a request whose options are a promise (forms whose files are read first; every call of OpenAI 7). The call
 * begins when they are known.
 */
export function sendLater(
  tracing: ClientTracing,
  request: Omit<ClientRequest, 'body'>,
  options: Promise<RequestOptions>,
  send: Send,
): unknown {
  const isTraced = tracing.guard(tracing.scope.name, () => tracing.read({ ...request, body: undefined })) !== undefined;
  if (!isTraced) return send.plain();
  const context = createLateContext();
  let begun: BegunCall | undefined;
  let isWatched = true;
  const known = options.then((given) => {
    if (given?.[CALL] === undefined) begun = begin(tracing, { ...request, body: given?.body });
    begun?.open.enter(context);
    if (!isWatched) begun?.open.end();
    return begun === undefined ? given : { ...given, ...begun.options };
  });
  const answer = context.run(() => send.with(known));
  const events = lateEvents(() => begun?.open.events);
  isWatched = tracing.guard(tracing.scope.name, () => watchPromise(answer, events)) === true;
  return answer;
}
