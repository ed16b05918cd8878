/** Traces a client of a Stainless SDK (OpenAI, Anthropic) in place. */

import { type Method, patchMethod } from '../patching/patch-method.ts';
import type { Patch } from '../patching/replacement.ts';
import type { ClientTracing } from './begin-call.ts';
import { CALL, type RequestOptions, Send, sendLater, sendRequest } from './send-request.ts';

/** The tracing of a client and of those derived from it. The undo switches it off. */
interface Tracing extends ClientTracing {
  isOn: boolean;
}

function isPromise(value: unknown): value is Promise<RequestOptions> {
  return typeof (value as { then?: unknown } | null | undefined)?.then === 'function';
}

/** Replaces `get` or `post`. */
function tracedRequest(method: 'get' | 'post', tracing: Tracing): (original: Method) => Method {
  return (original) =>
    function request(this: object, ...args: unknown[]): unknown {
      const [path, options] = args as [unknown, RequestOptions | Promise<RequestOptions> | undefined];
      const send = new Send(original, this, args);
      if (!tracing.isOn || typeof path !== 'string') return send.plain();
      if (isPromise(options)) return sendLater(tracing, { client: this, method, path }, options, send);
      if (options?.[CALL] !== undefined) return send.plain();
      return sendRequest(tracing, { client: this, method, path, body: options?.body }, options, send);
    };
}

/** Replaces the method that the client calls before each HTTP request, retries included. */
function countAttempts(original: Method): Method {
  return function prepareRequest(this: object, ...args: unknown[]): unknown {
    const { options } = (args[1] ?? {}) as { options?: RequestOptions };
    options?.[CALL]?.attempted(args[0]);
    return Reflect.apply(original, this, args);
  };
}

/** Replaces the method that derives a client from another one. */
function traceDerived(tracing: Tracing): (original: Method) => Method {
  return (original) =>
    function withOptions(this: object, ...args: unknown[]): unknown {
      const client = Reflect.apply(original, this, args);
      if (tracing.isOn && typeof client === 'object' && client !== null) patchClient(client, tracing);
      return client;
    };
}

function patchClient(target: object, tracing: Tracing): (Patch | undefined)[] {
  return [
    patchMethod(target, 'post', tracedRequest('post', tracing), 'object'),
    patchMethod(target, 'get', tracedRequest('get', tracing), 'object'),
    patchMethod(target, 'prepareRequest', countAttempts, 'object'),
    Object.hasOwn(target, 'baseURL') ? patchMethod(target, 'withOptions', traceDerived(tracing), 'object') : undefined,
  ];
}

/**
 * Traces a client in place: one instance, or all instances by the prototype of their class. All resources and helpers
 * of a client meet in `post` and `get`. What these return is watched, not replaced, so that classes, promises, streams
 * and errors stay what they are. Clients that are derived from it (`withOptions`) are traced with it.
 *
 * A call that a framework makes for a model call of its own gets no span. What the framework does not report is added
 * to the framework's span.
 *
 * @param target - a client, or the prototype of its class
 * @returns the undo
 */
export function traceClient(target: object, tracing: ClientTracing): () => void {
  const shared: Tracing = { ...tracing, isOn: true };
  const patches = patchClient(target, shared);
  return () => {
    shared.isOn = false;
    for (const patch of patches) patch?.undo();
  };
}
