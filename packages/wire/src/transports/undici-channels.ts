/** Requests of `fetch` and undici, by the channels that undici publishes on. Nothing is patched. */

import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { RequestLine } from '../apis/index.ts';
import type { ExchangeEvents } from '../exchange/index.ts';
import { headersOf, methodOf, type Transport } from './transport.ts';

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

/** Gets the first line of a request that cannot be followed. */
type Unseen = (line: RequestLine) => undefined;

const CREATED = 'undici:request:create';

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

/** Passes on one kind of message about a request. */
type Follower = (exchange: ExchangeEvents, message: Message) => void;

const FOLLOWERS: Readonly<Record<string, Follower>> = {
  bodyChunkSent: (exchange, { chunk }) => exchange.sent(chunk),
  bodySent: (exchange) => exchange.sentAll(),
  headers: (exchange, { response }) => exchange.responded(response.statusCode, headersOf(response.headers)),
  bodyChunkReceived: (exchange, { chunk }) => exchange.received(chunk as Uint8Array),
  trailers: (exchange) => exchange.ended(),
  error: (exchange, { error }) => exchange.failed(error),
};

/** Those after which nothing more comes. */
const ENDS: ReadonlySet<string> = new Set(['trailers', 'error']);

/**
 * Follows the requests of every copy of undici that publishes bodies. While no call of a model is under way, it listens
 * to first lines only: the bytes of other requests are not published.
 *
 * @param unseen - gets the first lines of requests of which no bodies are published
 */
export const undiciChannels =
  (unseen: Unseen): Transport =>
  (follow) => {
    const exchanges = new WeakMap<object, ExchangeEvents>();
    let open = 0;
    let isListening = false;
    const listeners = Object.entries(FOLLOWERS).map(([name, follower]) => {
      const listener = (message: unknown): void => {
        const { request } = message as Message;
        const exchange = exchanges.get(request);
        if (exchange === undefined) return;
        follower(exchange, message as Message);
        if (!ENDS.has(name)) return;
        exchanges.delete(request);
        // Not while Node calls the listeners of a channel: those of others might be left out.
        if (--open === 0) queueMicrotask(ignore);
      };
      return [`undici:request:${name}`, listener] as const;
    });
    function ignore(): void {
      if (open > 0 || !isListening) return;
      isListening = false;
      for (const [name, listener] of listeners) unsubscribe(name, listener);
    }
    const created = (message: unknown): void => {
      const { request } = message as Message;
      const method = methodOf(request.method);
      if (method === undefined) return;
      const line = { origin: String(request.origin), path: request.path, method };
      const exchange = publishesBodies(request) ? follow(line) : unseen(line);
      if (exchange === undefined) return;
      exchanges.set(request, exchange);
      open++;
      if (isListening) return;
      isListening = true;
      for (const [name, listener] of listeners) subscribe(name, listener);
    };
    subscribe(CREATED, created);
    return () => {
      unsubscribe(CREATED, created);
      open = 0;
      ignore();
    };
  };
