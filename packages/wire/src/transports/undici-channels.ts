/** Requests of `fetch` and undici, by the channels that undici publishes on. Nothing is patched. */

import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { ExchangeEvents } from '../exchange/index.ts';
import { type Follow, headersOf, methodOf, type Transport } from './transport.ts';

/** Undici's own request, as its channels show it. */
interface UndiciRequest {
  readonly origin: string | URL;
  readonly path: string;
  readonly method: string;
  readonly onBodySent?: unknown;
}

interface Message {
  readonly request: UndiciRequest;
  readonly chunk: Uint8Array | string;
  readonly response: { readonly statusCode: number; readonly headers: readonly (Uint8Array | string)[] };
  readonly error: unknown;
}

/** Copies of undici, by the method that publishes what is sent, and whether it does. */
const publishing = new WeakMap<object, boolean>();

/**
 * True for a copy of undici that publishes bodies: 7.11 and later, and so Node 24.4 and later. An application may have
 * several copies: Node's, and some of its own.
 */
function publishesBodies({ onBodySent: method }: UndiciRequest): boolean {
  if (typeof method !== 'function') return false;
  let known = publishing.get(method);
  if (known === undefined) publishing.set(method, (known = String(method).includes('bodyChunkSent')));
  return known;
}

/** Follows the requests of every copy of undici that publishes bodies. */
export const undiciChannels: Transport = (follow: Follow) => {
  const exchanges = new WeakMap<object, ExchangeEvents>();
  const of = (message: unknown): ExchangeEvents | undefined => exchanges.get((message as Message).request);

  const listeners: Readonly<Record<string, (message: unknown) => void>> = {
    create(message): void {
      const { request } = message as Message;
      const method = methodOf(request.method);
      if (method === undefined || !publishesBodies(request)) return;
      const exchange = follow({ origin: String(request.origin), path: request.path, method });
      if (exchange !== undefined) exchanges.set(request, exchange);
    },
    bodyChunkSent: (message) => of(message)?.sent((message as Message).chunk),
    bodySent: (message) => of(message)?.sentAll(),
    headers(message): void {
      const { statusCode, headers } = (message as Message).response;
      of(message)?.responded(statusCode, headersOf(headers));
    },
    bodyChunkReceived: (message) => of(message)?.received((message as Message).chunk as Uint8Array),
    trailers: (message) => of(message)?.ended(),
    error: (message) => of(message)?.failed((message as Message).error),
  };
  for (const [name, listener] of Object.entries(listeners)) subscribe(`undici:request:${name}`, listener);
  return () => {
    for (const [name, listener] of Object.entries(listeners)) unsubscribe(`undici:request:${name}`, listener);
  };
};
