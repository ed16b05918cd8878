/** The middleware. */

import type { Context, MiddlewareHandler, Next } from 'hono';
import type { Tracer } from '@spanline/core';
import {
  boundLog,
  createWebRequestTracer,
  exchangeOf,
  keyOfMessages,
  requestState,
  type ServerOptions,
  signalOfMessages,
} from '@spanline/http';
import { HONO, messagesOf } from './framework.ts';

/** Options of {@link spanlineHono}. Their functions get Hono's context. */
export interface SpanlineHonoOptions extends ServerOptions<Context, Context> {}

/**
 * Fires when the client leaves before the response is complete: nobody reads the answer any more. Pass it to chains,
 * engines and `fetch`. A model call that it ends is `aborted`.
 */
export function clientSignal(c: Context): AbortSignal {
  return signalOfMessages(messagesOf(c));
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
  const requests = createWebRequestTracer(HONO, options);
  const { tracer, guard } = requests;

  function giveVariables(c: Context): void {
    const state = requestState(keyOfMessages(messagesOf(c)));
    c.set('span', state.exchange?.span);
    c.set('log', boundLog(state, tracer.logger) as Tracer['logger']);
  }

  /** Watches a response of the Web. That of Node is watched on the connection. */
  function answer(c: Context): void {
    if (messagesOf(c).node !== undefined) return;
    const { res } = c;
    const watched = requests.answer(c, res);
    if (watched === res) return;
    c.res = undefined;
    c.res = watched;
  }

  async function handle(c: Context, next: Next): Promise<void> {
    guard('hono variables', () => giveVariables(c));
    try {
      await next();
    } catch (error) {
      requests.thrown(c, error);
      throw error;
    }
    requests.handled(c, c.error);
    guard('hono response', () => answer(c));
  }

  return (c, next) => {
    // A second copy of the middleware passes on.
    if (exchangeOf(keyOfMessages(messagesOf(c))) !== undefined) return next();
    return requests.trace(c, () => handle(c, next));
  };
}
