/** Requests of `fetch` and undici, by the channels that undici publishes on. Nothing is replaced. */

import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { RequestStart } from '../apis/index.ts';
import type { ExchangeEvents } from '../exchange/index.ts';
import { headersOf, type Transport, type Unseen } from './transport.ts';
import { followRequest, isReported, type Reported } from './undici-requests.ts';

/** Undici's own request, as its channels show it. */
interface UndiciRequest extends RequestStart, Partial<Reported> {
  /** The protocol that the connection becomes, such as `websocket`. */
  readonly upgrade?: string | null;
}

interface Message {
  readonly request: UndiciRequest;
  readonly chunk: Uint8Array | string;
  readonly response: { readonly statusCode: number; readonly headers: readonly (Uint8Array | string)[] };
  readonly error: unknown;
}

const CREATED = 'undici:request:create';

/** How the requests of one copy of undici are followed. */
type Way = 'channels' | 'methods' | 'none';

/** Ways of the copies, by the method that reports what is sent. */
const ways = new WeakMap<object, Way>();

/** An application may have several copies of undici: Node's, and some of its own. Since 7.11 they publish bodies. */
function wayOf(request: UndiciRequest): Way {
  const { onBodySent: method } = request;
  if (typeof method !== 'function') return 'none';
  let way = ways.get(method);
  if (way === undefined) {
    way = String(method).includes('bodyChunkSent') ? 'channels' : isReported(request) ? 'methods' : 'none';
    ways.set(method, way);
  }
  return way;
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
 * Follows the requests of every copy of undici. While no call of a model is under way, it listens to first lines only:
 * the bytes of other requests are not published.
 */
export const undiciChannels =
  (unseen: Unseen): Transport =>
  (running) => {
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
      const { capture } = running;
      const found = capture?.find(request);
      if (found === undefined || typeof request.upgrade === 'string') return;
      const way = wayOf(request);
      if (way === 'none') return unseen(found, 'requests of this copy of undici cannot be followed.');
      const exchange = capture?.follow(found);
      if (exchange === undefined) return;
      if (way === 'methods') return followRequest(request as UndiciRequest & Reported, exchange);
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
