import { currentSpan, type Scope, type Span, type Tracer } from '@spanline/core';
import { createGuard, createLateContext } from '@spanline/core/internal';
import { type Method, patchMethod } from '../patching/patch-method.ts';
import { type AnswerEvents, watchAnswer } from './answer.ts';
import type { ClientRequest, ReadRequest } from './call.ts';
import { completeCall } from './complete-call.ts';
import { type OpenCall, openCall } from './open-call.ts';

/** How a client is traced. */
export interface ClientTracing {
  readonly tracer: Tracer;
  /** The package that traces it; also where its faults are counted. */
  readonly scope: Scope;
  readonly read: ReadRequest;
  /** May refuse a call by throwing. */
  readonly beforeCall?: (() => void) | undefined;
}

interface RequestOptions {
  readonly body?: unknown;
  readonly [CALL]?: OpenCall;
}

/** Marks the options of a request that is traced, through the copies that clients make of them and for every copy of this package. */
const CALL = Symbol.for('spanline.client-call');

/** The model call that a source for a framework logs here: the call that the framework makes for it is the same one. */
function frameworkSpan(): Span | undefined {
  const span: (Span & { seed?: { scope?: Scope } }) | undefined = currentSpan();
  return (span?.type === 'llm' || span?.type === 'embedding') && span.seed?.scope !== undefined ? span : undefined;
}

/** A call that began, and what its options get: the mark, and the body where it is another one. */
interface MarkedCall {
  readonly open: OpenCall;
  readonly options: RequestOptions;
}

/** Calls the client's own method. */
type Send = (options: RequestOptions | Promise<RequestOptions>) => unknown;

/** Events for a call that may not have begun, or not at all. */
function eventsOf(call: () => AnswerEvents | undefined): AnswerEvents {
  return {
    arrived: (response) => call()?.arrived(response),
    parsed: (value) => call()?.parsed(value),
    taken: (response) => call()?.taken(response),
    failed: (error) => call()?.failed(error),
    forgotten: () => call()?.forgotten(),
  };
}

function isPromise(value: unknown): value is Promise<RequestOptions> {
  return typeof (value as { then?: unknown } | null | undefined)?.then === 'function';
}

/**
 * Traces a client of a Stainless SDK (OpenAI, Anthropic) in place: on one instance, or on the prototype of its class. All its resources and
 * helpers meet in `post` and `get`, and what these return is watched without being replaced, so that class, promises, streams and errors stay what they are.
 * A call inside of a framework's model call has no span of its own: what the framework does not tell is added to the one that logs it.
 *
 * @param target - a client, or the prototype of its class
 * @returns how to take it away again
 */
export function traceClient(target: object, tracing: ClientTracing): () => void {
  return trace(target, tracing, { isOn: true });
}

/** Traces one client; those that are made of it are switched off with it. */
function trace(target: object, tracing: ClientTracing, state: { isOn: boolean }): () => void {
  const { tracer, scope, read, beforeCall } = tracing;
  const guard = createGuard(tracer);
  const where = scope.name;

  /** @throws what `beforeCall` throws, alone */
  function begin(request: ClientRequest): MarkedCall | undefined {
    const call = guard(where, () => read(request));
    if (call === undefined) return undefined;
    beforeCall?.();
    const outer = guard(where, frameworkSpan);
    if (outer !== undefined) {
      const open = completeCall(outer, call);
      return { open, options: { [CALL]: open } };
    }
    const open = guard(where, () => openCall({ tracer, guard, scope }, call));
    return open === undefined
      ? undefined
      : { open, options: { [CALL]: open, ...(call.body === undefined ? {} : { body: call.body }) } };
  }

  /** Options that are a promise (forms whose files are read first; every call of OpenAI 7): the call begins when they are known. */
  function requestLater(request: Omit<ClientRequest, 'body'>, options: Promise<RequestOptions>, send: Send): unknown {
    const context = createLateContext();
    let begun: MarkedCall | undefined;
    let isWatched = true;
    const known = options.then((given) => {
      if (given?.[CALL] === undefined) begun = begin({ ...request, body: given?.body });
      begun?.open.enter(context);
      if (!isWatched) begun?.open.end();
      return begun === undefined ? given : { ...given, ...begun.options };
    });
    const answer = context.run(() => send(known));
    isWatched =
      guard(where, () =>
        watchAnswer(
          answer,
          eventsOf(() => begun?.open.events),
        ),
      ) === true;
    return answer;
  }

  function requestNow({ open, options }: MarkedCall, given: RequestOptions | undefined, send: Send): unknown {
    try {
      const answer = open.run(() => send({ ...given, ...options }));
      if (guard(where, () => watchAnswer(answer, open.events)) !== true) open.end();
      return answer;
    } catch (error) {
      open.fail(error);
      throw error;
    }
  }

  const noteAttempts = (original: Method): Method =>
    function prepareRequest(this: object, ...args: unknown[]): unknown {
      const { options } = (args[1] ?? {}) as { options?: RequestOptions };
      options?.[CALL]?.attempted(args[0]);
      return Reflect.apply(original, this, args);
    };

  const traceCopies = (original: Method): Method =>
    function withOptions(this: object, ...args: unknown[]): unknown {
      const client = Reflect.apply(original, this, args);
      if (state.isOn && typeof client === 'object' && client !== null) trace(client, tracing, state);
      return client;
    };

  const requests =
    (method: 'get' | 'post') =>
    (original: Method): Method =>
      function request(this: object, ...args: unknown[]): unknown {
        const [path, options] = args as [unknown, RequestOptions | Promise<RequestOptions> | undefined];
        const plain = (): unknown => Reflect.apply(original, this, args);
        if (!state.isOn || typeof path !== 'string') return plain();
        const asked = { client: this, method, path };
        const send: Send = (marked) => Reflect.apply(original, this, [path, marked]);
        if (isPromise(options)) {
          const isRead = guard(where, () => read({ ...asked, body: undefined })) !== undefined;
          return isRead ? requestLater(asked, options, send) : plain();
        }
        if (options?.[CALL] !== undefined) return plain();
        let begun: MarkedCall | undefined;
        try {
          begun = begin({ ...asked, body: options?.body });
        } catch (error) {
          // The client makes its own kind of promise of it.
          const refused = Promise.resolve().then((): never => {
            throw error;
          });
          return send(refused);
        }
        return begun === undefined ? plain() : requestNow(begun, options, send);
      };

  const patches = [
    patchMethod(target, 'post', requests('post'), 'object'),
    patchMethod(target, 'get', requests('get'), 'object'),
    patchMethod(target, 'prepareRequest', noteAttempts, 'object'),
    Object.hasOwn(target, 'baseURL') ? patchMethod(target, 'withOptions', traceCopies, 'object') : undefined,
  ];
  return () => {
    state.isOn = false;
    for (const patch of patches) patch?.undo();
  };
}
