/** The middleware. */

import type { Context, MiddlewareHandler, Next } from 'hono';
import type { Tracer } from '@spanline/core';
import {
  boundLog,
  clientSignalOf,
  createRequestTracer,
  type Exchange,
  exchangeOf,
  noteError,
  noteNodeError,
  noteRoute,
  requestState,
  type ServerOptions,
  watchWebResponse,
  whenClosed,
} from '@spanline/http';
import { HONO, keyOf, nodeMessages, webResponseOf } from './adapter.ts';
import { templateOf } from './route.ts';

/** Options of {@link spanlineHono}. Their functions get Hono's context. */
export interface SpanlineHonoOptions extends ServerOptions<Context, Context> {}

/**
 * Fires when the client leaves before the response is complete: nobody reads the answer any more. Pass it to chains,
 * engines and `fetch`. A model call that it ends is `aborted`.
 */
export function clientSignal(c: Context): AbortSignal {
  const messages = nodeMessages(c);
  return messages === undefined ? c.req.raw.signal : clientSignalOf(messages.incoming, messages.outgoing);
}

/** Notes the error of a handler, and the route that answered. */
function noteHandled(c: Context, exchange: Exchange, error: unknown): void {
  const messages = nodeMessages(c);
  if (messages === undefined) noteError(exchange, error, undefined);
  else noteNodeError(exchange, messages.incoming, messages.outgoing, error);
  noteRoute(requestState(keyOf(c)), c.req.method, templateOf(c));
}

/**
 * Hono middleware. Each request gets a SERVER span, the local root of everything that the request does. Use it first.
 * The response carries the request id (`x-request-id`, the caller's or a new one) and `traceparent`. `c.get('span')` is
 * the span, and the lines of `c.get('log')` carry the ids of the request. On Node the span ends when the connection has
 * the response, on other platforms when its body was read.
 *
 * @example
 * ```ts
 * import { createTracer } from '@spanline/core';
 * import { spanlineHono } from '@spanline/hono';
 * import { Hono } from 'hono';
 *
 * const app = new Hono();
 * app.use(spanlineHono({ tracer: createTracer() }));
 * app.get('/', (c) => {
 *   c.get('log').info('answering');
 *   return c.text('hello');
 * });
 * ```
 *
 * @throws SpanlineError if an option is invalid, or a `SPANLINE_*` variable where there is no tracer
 */
export function spanlineHono(options: SpanlineHonoOptions = {}): MiddlewareHandler {
  const requests = createRequestTracer({ ...HONO, listen }, options);
  const { tracer, guard } = requests;

  function listen(c: Context): void {
    const messages = nodeMessages(c);
    if (messages !== undefined) whenClosed(messages.outgoing, () => requests.close(c, c));
  }

  function giveVariables(c: Context, { logger }: Tracer): void {
    const state = requestState(keyOf(c));
    c.set('span', state.exchange?.span);
    c.set('log', boundLog(state, logger) as Tracer['logger']);
  }

  /** Watches a response of the Web. That of Node is watched on the connection. */
  function answer(c: Context, exchange: Exchange): void {
    if (nodeMessages(c) !== undefined) return;
    const watched = watchWebResponse(c.res, c.req.method, exchange, webResponseOf(c), () => requests.close(c, c));
    c.res = undefined;
    c.res = watched;
  }

  async function handle(c: Context, next: Next): Promise<void> {
    guard('hono variables', () => giveVariables(c, tracer));
    const exchange = exchangeOf(keyOf(c));
    if (exchange === undefined) return next();
    try {
      await next();
    } catch (error) {
      guard('hono error', () => noteHandled(c, exchange, error));
      if (nodeMessages(c) === undefined) requests.close(c, c);
      throw error;
    }
    guard('hono error', () => noteHandled(c, exchange, c.error));
    guard('hono response', () => answer(c, exchange));
  }

  return (c, next) => {
    // A second copy of the middleware passes on.
    if (exchangeOf(keyOf(c)) !== undefined) return next();
    return requests.trace(c, c, () => handle(c, next));
  };
}
