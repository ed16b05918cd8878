/**
 * Requests of the built-in `fetch` on Node 20 and 22, which publish no bodies. `globalThis.fetch` is replaced: it sends
 * what it is given through a dispatcher that looks on. The promise, the response and its body stay Node's own.
 */

import { patchMethod, props } from '@spanline/instrumentation';
import type { RequestLine } from '../apis/index.ts';
import type { ExchangeEvents } from '../exchange/index.ts';
import { type Follow, headersOf, methodOf, type Transport } from './transport.ts';

type Dispatch = (options: DispatchOptions, handler: Handler) => boolean;

interface Dispatcher {
  readonly dispatch: Dispatch;
}

interface DispatchOptions {
  readonly origin: string | URL;
  readonly path: string;
  readonly method: string;
}

/** The callbacks of a request in undici 6: an object that `fetch` makes for it. */
interface Handler {
  onBodySent?(chunk: Uint8Array | string): void;
  onRequestSent?(): void;
  onHeaders(status: number, headers: readonly Uint8Array[], resume: () => void, statusText: string): boolean;
  onData(chunk: Uint8Array): boolean;
  onComplete(trailers: readonly Uint8Array[]): void;
  onError(error: Error): void;
}

/** Where every copy of undici keeps the dispatcher of requests that name none. */
const GLOBAL = Symbol.for('undici.globalDispatcher.1');

const isDispatcher = (value: unknown): value is Dispatcher => typeof props(value)['dispatch'] === 'function';

/** The dispatcher that a `Request` was made with: a symbol of undici's own. */
function dispatcherOf(input: unknown): unknown {
  if (!(input instanceof Request)) return undefined;
  const symbol = Object.getOwnPropertySymbols(input).find(({ description }) => description === 'dispatcher');
  return symbol === undefined ? undefined : Reflect.get(input, symbol);
}

/**
 * Looks on at the callbacks of one request. They are replaced where they are: they keep what they know of each other on
 * the same object.
 */
function lookOnAt(handler: Handler, exchange: ExchangeEvents): void {
  const { onBodySent, onRequestSent, onHeaders, onData, onComplete, onError } = handler;
  handler.onBodySent = (chunk) => {
    exchange.sent(chunk);
    onBodySent?.call(handler, chunk);
  };
  handler.onRequestSent = () => {
    exchange.sentAll();
    onRequestSent?.call(handler);
  };
  handler.onHeaders = (status, headers, resume, statusText) => {
    exchange.responded(status, headersOf(headers));
    return onHeaders.call(handler, status, headers, resume, statusText);
  };
  handler.onData = (chunk) => {
    exchange.received(chunk);
    return onData.call(handler, chunk);
  };
  handler.onComplete = (trailers) => {
    exchange.ended();
    onComplete.call(handler, trailers);
  };
  handler.onError = (error) => {
    exchange.failed(error);
    onError.call(handler, error);
  };
}

function observed(dispatcher: Dispatcher, follow: Follow): Dispatcher {
  return Object.create(dispatcher, {
    dispatch: {
      value(options: DispatchOptions, handler: Handler): boolean {
        const method = methodOf(options.method);
        const exchange =
          method === undefined ? undefined : follow({ origin: String(options.origin), path: options.path, method });
        if (exchange !== undefined) lookOnAt(handler, exchange);
        return dispatcher.dispatch(options, handler);
      },
    },
  }) as Dispatcher;
}

/** Replaces `globalThis.fetch`. @param isCall - true for an address that may be a call of a model */
export function fetchPatch(isCall: (address: string, method: RequestLine['method']) => boolean): Transport {
  const mayBeCall = (input: unknown, init: unknown): boolean => {
    const request = input instanceof Request ? input : undefined;
    const address = request?.url ?? (input instanceof URL ? input.href : input);
    if (typeof address !== 'string') return false;
    const given = props(init)['method'] ?? request?.method;
    const method = methodOf(typeof given === 'string' ? given.toUpperCase() : given);
    return method !== undefined && isCall(address, method);
  };
  return (follow) => {
    const patch = patchMethod(
      globalThis,
      'fetch',
      (original) =>
        function fetch(this: unknown, ...args: unknown[]): unknown {
          const [input, init] = args;
          if (!mayBeCall(input, init)) return Reflect.apply(original, this, args);
          const given = props(init)['dispatcher'] ?? dispatcherOf(input) ?? Reflect.get(globalThis, GLOBAL);
          if (!isDispatcher(given)) return Reflect.apply(original, this, args);
          const dispatcher = observed(given, follow);
          return Reflect.apply(original, this, [input, { ...props(init), dispatcher }]);
        },
      'object',
    );
    return () => patch?.undo();
  };
}
