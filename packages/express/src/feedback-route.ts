/** A route that takes users' feedback. */

import type { Request, RequestHandler, Response } from 'express';
import { createFeedbackHandler, type FeedbackRouteOptions, jsonBody } from '@spanline/http';

/**
 * A route for users' judgements of answers: `{ traceId | requestId, spanId?, name, value, comment? }`, where the value
 * is a number, a boolean or a category. It works with and without a body parser before it. Who may judge is up to the
 * middleware in front of it. The route answers
 *
 * - 204, after writing a score line with the ids of the body;
 * - 400 with `{ error }` for a body that is not valid;
 * - 413 for a body over 16,384 bytes;
 * - 429 over the limits.
 *
 * @example
 * ```ts
 * import { createTracer } from '@spanline/core';
 * import { feedbackRoute } from '@spanline/express';
 * import express from 'express';
 *
 * const app = express();
 * app.post('/feedback', feedbackRoute({ tracer: createTracer() }));
 * ```
 *
 * @throws SpanlineError if an option is invalid, or a `SPANLINE_*` variable where there is no tracer
 */
export function feedbackRoute(options: FeedbackRouteOptions = {}): RequestHandler {
  const handle = createFeedbackHandler(options);

  async function answer(req: Request, res: Response): Promise<void> {
    const { status, body, retryAfter } = await handle({
      address: req.ip,
      contentLength: req.headers['content-length'],
      readBody: (maxBytes) => jsonBody(req, maxBytes),
    });
    if (retryAfter !== undefined) res.setHeader('retry-after', String(retryAfter));
    res.status(status);
    if (body === undefined) res.end();
    else res.json(body);
  }

  return async function spanlineFeedback(req, res, next): Promise<void> {
    try {
      await answer(req, res);
    } catch (error) {
      if (!res.headersSent && !req.socket.destroyed) next(error);
    }
  };
}
