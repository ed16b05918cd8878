/** Hono's contexts, as the tracer of requests reads them: with the messages of Node, or with those of the Web. */

import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Context } from 'hono';
import {
  type Adapter,
  createWebResponse,
  nodeEnding,
  noteRoute,
  requestState,
  watchListeners,
  watchResponse,
  webEnding,
  type WebResponse,
} from '@spanline/http';
import { templateOf } from './route.ts';
import { SCOPE } from './scope.ts';

/** The messages of a connection. */
export interface NodeMessages {
  readonly incoming: IncomingMessage;
  readonly outgoing: ServerResponse;
}

/** The messages that `@hono/node-server` hands over; `undefined` on other platforms and in `app.request()`. */
export function nodeMessages(c: Context): NodeMessages | undefined {
  const env = c.env as (Partial<NodeMessages> & { server?: Partial<NodeMessages> }) | undefined;
  const { incoming, outgoing } = env?.server ?? env ?? {};
  return incoming === undefined || outgoing === undefined ? undefined : { incoming, outgoing };
}

/** The message that stands for a request. */
export function keyOf(c: Context): object {
  return nodeMessages(c)?.incoming ?? c.req.raw;
}

/** The response of a request of the Web. */
export function webResponseOf(c: Context): WebResponse {
  return (requestState(keyOf(c)).own ??= createWebResponse()) as WebResponse;
}

/** Path and query of a URL. */
function targetOf(url: string): string {
  const from = url.indexOf('/', url.indexOf('://') + 3);
  return from < 0 ? '/' : url.slice(from);
}

/** The adapter, without the place where the close is handled. */
export const HONO: Omit<Adapter<Context, Context>, 'listen'> = {
  scope: SCOPE,
  key: keyOf,
  method: (c) => c.req.method,
  target: (c) => nodeMessages(c)?.incoming.url ?? targetOf(c.req.url),
  headers: (c) => nodeMessages(c)?.incoming.headers ?? c.req.header(),
  version: (c) => nodeMessages(c)?.incoming.httpVersion,
  scheme: (c) => c.req.url.slice(0, c.req.url.indexOf(':')),
  address: (c) => nodeMessages(c)?.incoming.socket.remoteAddress,
  givenId: (c) => (c.get as (key: string) => unknown)('requestId'),
  givenHeader: (c, name) => nodeMessages(c)?.outgoing.getHeader(name),
  setHeader(c, name, value) {
    const messages = nodeMessages(c);
    if (messages === undefined) webResponseOf(c).added.push([name, value]);
    else messages.outgoing.setHeader(name, value);
  },
  watch(c, _res, state) {
    const messages = nodeMessages(c);
    if (messages !== undefined) {
      watchResponse(messages.outgoing);
      watchListeners(messages.incoming);
      watchListeners(messages.outgoing);
    }
    noteRoute(state, c.req.method, templateOf(c));
  },
  ending(c, _res, exchange) {
    const messages = nodeMessages(c);
    return messages === undefined ? webEnding(webResponseOf(c), exchange) : nodeEnding(messages.outgoing, exchange);
  },
};
