/** Identity, feedback and debug sessions of Fastify's requests. */

import type { FastifyReply, FastifyRequest, onRequestHookHandler } from 'fastify';
import {
  createDebugSwitch,
  createFeedbackHandler,
  type DebugSessionOptions,
  type FeedbackRouteOptions,
  identifyRequest,
  type Identity,
} from '@spanline/http';

/**
 * Sets the user and session of a request, once they are known: in a hook behind the one that authenticates. Later
 * values replace earlier ones, and labels are merged. Does nothing for a request without a span. Never throws.
 */
export function identify(request: FastifyRequest, identity: Identity): void {
  identifyRequest(request.raw, identity);
}

/**
 * A handler for users' judgements of answers: `{ traceId | requestId, spanId?, name, value, comment? }`. It answers
 * 204, 400, 413 or 429, as the one of `@spanline/express` does.
 *
 * @example
 * ```ts
 * import { createTracer } from '@spanline/core';
 * import { feedbackRoute } from '@spanline/fastify';
 * import Fastify from 'fastify';
 *
 * const app = Fastify();
 * app.post('/feedback', feedbackRoute({ tracer: createTracer() }));
 * ```
 *
 * @throws SpanlineError if an option is invalid, or a `SPANLINE_*` variable where there is no tracer
 */
export function feedbackRoute(
  options: FeedbackRouteOptions = {},
): (request: FastifyRequest, reply: FastifyReply) => Promise<FastifyReply> {
  const handle = createFeedbackHandler(options);
  return async function spanlineFeedback(request, reply) {
    const { status, body, retryAfter } = await handle({
      address: request.ip,
      contentLength: request.headers['content-length'],
      readBody: () => Promise.resolve({ value: request.body }),
    });
    if (retryAfter !== undefined) reply.header('retry-after', String(retryAfter));
    return reply.code(status).send(body);
  };
}

/**
 * A hook (`preHandler`) that logs requests in full if they bring a token of `createDebugToken` for their session or
 * user. Add it behind the hook that identifies the request.
 *
 * @throws SpanlineError `ERR_INVALID_OPTION`
 */
export function debugSession(options: DebugSessionOptions): onRequestHookHandler {
  const raise = createDebugSwitch(options);
  return function spanlineDebugSession(request, _reply, next): void {
    raise(request.raw, request.headers);
    next();
  };
}
