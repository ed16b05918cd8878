/** Identity, feedback and debug sessions of Hono's requests. */

import type { Context, Handler, MiddlewareHandler } from 'hono';
import {
  createDebugSwitch,
  createFeedbackHandler,
  type DebugSessionOptions,
  type FeedbackRouteOptions,
  identifyRequest,
  type Identity,
  keyOfMessages,
  readJson,
} from '@spanline/http';
import { messagesOf } from './framework.ts';

/**
 * Sets the user and session of a request, once they are known: behind the middleware that authenticates. Later values
 * replace earlier ones, and labels are merged. Does nothing for a request without a span. Never throws.
 */
export function identify(c: Context, identity: Identity): void {
  identifyRequest(keyOfMessages(messagesOf(c)), identity);
}

/**
 * A handler for users' judgements of answers: `{ traceId | requestId, spanId?, name, value, comment? }`. It answers
 * 204, 400, 413 or 429, as the one of `@spanline/express` does.
 *
 * @throws SpanlineError if an option is invalid, or a `SPANLINE_*` variable where there is no tracer
 */
export function feedbackRoute(options: FeedbackRouteOptions = {}): Handler {
  const handle = createFeedbackHandler(options);
  return async function spanlineFeedback(c) {
    const { status, body, retryAfter } = await handle({
      address: messagesOf(c).node?.incoming.socket.remoteAddress,
      contentLength: c.req.header('content-length'),
      readBody: async (maxBytes) => readJson(await c.req.text(), maxBytes),
    });
    if (retryAfter !== undefined) c.header('retry-after', String(retryAfter));
    return body === undefined ? c.body(null, status as 204) : c.json(body, status as 400);
  };
}

/**
 * Middleware that logs requests in full if they bring a token of `createDebugToken` for their session or user. Use it
 * behind the middleware that identifies the request.
 *
 * @throws SpanlineError `ERR_INVALID_OPTION`
 */
export function debugSession(options: DebugSessionOptions): MiddlewareHandler {
  const raise = createDebugSwitch(options);
  return async function spanlineDebugSession(c, next) {
    raise(keyOfMessages(messagesOf(c)), c.req.header());
    await next();
  };
}
