/**
 * Requests of the built-in `fetch` on Node 20 and 22, which publish no bodies. `globalThis.fetch` is replaced: it sends
 * what it is given through a dispatcher that looks on. The promise, the response and its body stay Node's own.
 */

import { patchMethod, props } from '@spanline/instrumentation';
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

/** The callbacks of a request in undici 6. */
interface Handler {
  readonly onBodySent?: (chunk: Uint8Array | string) => void;
  readonly onRequestSent?: () => void;
  readonly onHeaders: (
    status: number,
    headers: readonly Uint8Array[],
    resume: () => void,
    statusText: string,
  ) => boolean;
  readonly onData: (chunk: Uint8Array) => boolean;
  readonly onComplete: (trailers: readonly Uint8Array[]) => void;
  readonly onError: (error: Error) => void;
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

function observing(handler: Handler, exchange: ExchangeEvents): Handler {
  return Object.assign(Object.create(handler) as Handler, {
    onBodySent(chunk: Uint8Array | string): void {
      exchange.sent(chunk);
      handler.onBodySent?.(chunk);
    },
    onRequestSent(): void {
      exchange.sentAll();
      handler.onRequestSent?.();
    },
    onHeaders(status: number, headers: readonly Uint8Array[], resume: () => void, statusText: string): boolean {
      exchange.responded(status, headersOf(headers));
      return handler.onHeaders(status, headers, resume, statusText);
    },
    onData(chunk: Uint8Array): boolean {
      exchange.received(chunk);
      return handler.onData(chunk);
    },
    onComplete(trailers: readonly Uint8Array[]): void {
      exchange.ended();
      handler.onComplete(trailers);
    },
    onError(error: Error): void {
      exchange.failed(error);
      handler.onError(error);
    },
  });
}

function observed(dispatcher: Dispatcher, follow: Follow): Dispatcher {
  return Object.create(dispatcher, {
    dispatch: {
      value(options: DispatchOptions, handler: Handler): boolean {
        const method = methodOf(options.method);
        const exchange =
          method === undefined ? undefined : follow({ origin: String(options.origin), path: options.path, method });
        return dispatcher.dispatch(options, exchange === undefined ? handler : observing(handler, exchange));
      },
    },
  }) as Dispatcher;
}

/** Replaces `globalThis.fetch`. @param isCall - true for a URL that may be a call of a model */
export function fetchPatch(isCall: (url: URL) => boolean): Transport {
  const urlOf = (input: unknown): URL | undefined => {
    const url = input instanceof Request ? input.url : String(input);
    return URL.canParse(url) ? new URL(url) : undefined;
  };
  return (follow) => {
    const patch = patchMethod(
      globalThis,
      'fetch',
      (original) =>
        function fetch(this: unknown, ...args: unknown[]): unknown {
          const [input, init] = args;
          const url = urlOf(input);
          if (url === undefined || !isCall(url)) return Reflect.apply(original, this, args);
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
