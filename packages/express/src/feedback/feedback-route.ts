/** A route that takes users' feedback. */

import type { Request, RequestHandler, Response } from 'express';
import { defaultTracer, type ScoreOptions, type Tracer } from '@spanline/core';
import { checkOptions, createGuard, option, type Shape, tracerCheck } from '@spanline/instrumentation';
import { type Feedback, readFeedback } from './feedback.ts';
import { jsonBody } from './json-body.ts';
import { createRateLimit } from './rate-limit.ts';

/** Options of {@link feedbackRoute}. */
export interface FeedbackRouteOptions {
  /** The tracer that writes the scores. @defaultValue `defaultTracer()` */
  tracer?: Tracer;
  /** Requests of one address (`req.ip`) in a minute, valid or not. @defaultValue 30 */
  perAddress?: number;
  /** Judgements of one trace or request in a minute. @defaultValue 10 */
  perTrace?: number;
}

const SHAPE: Shape<FeedbackRouteOptions> = {
  tracer: tracerCheck,
  perAddress: option.number({ integer: true, min: 1 }),
  perTrace: option.number({ integer: true, min: 1 }),
};

const MAX_BYTES = 16_384;

function scoreOf({ traceId, requestId, spanId, name, value, comment }: Feedback): ScoreOptions {
  const score: ScoreOptions = { name, value, source: 'user' };
  if (traceId !== undefined) score.traceId = traceId;
  if (requestId !== undefined) score.requestId = requestId;
  if (spanId !== undefined) score.spanId = spanId;
  if (comment !== undefined && comment !== '') score.explanation = comment;
  return score;
}

function refuse(res: Response, status: number, error: string): void {
  res.status(status).json({ error });
}

function refuseFor(res: Response, seconds: number): boolean {
  if (seconds === 0) return false;
  res.setHeader('retry-after', String(seconds));
  refuse(res, 429, 'too many judgements');
  return true;
}

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
  checkOptions(SHAPE, options);
  const { tracer = defaultTracer(), perAddress = 30, perTrace = 10 } = options;
  const guard = createGuard(tracer);
  const addresses = createRateLimit(perAddress);
  const traces = createRateLimit(perTrace);

  async function answer(req: Request, res: Response): Promise<void> {
    if (refuseFor(res, addresses.take(req.ip ?? ''))) return;
    const body = await jsonBody(req, MAX_BYTES);
    if ('fault' in body) {
      return body.fault === 'too large'
        ? refuse(res, 413, `the body must be at most ${MAX_BYTES} bytes`)
        : refuse(res, 400, 'the body must be a JSON object');
    }
    const feedback = readFeedback(body.value);
    if (typeof feedback === 'string') return refuse(res, 400, feedback);
    if (refuseFor(res, traces.take(feedback.traceId ?? feedback.requestId ?? ''))) return;
    guard('express feedback', () => tracer.score(scoreOf(feedback)));
    res.status(204).end();
  }

  return async function spanlineFeedback(req, res, next): Promise<void> {
    try {
      await answer(req, res);
    } catch (error) {
      if (!res.headersSent && !req.socket.destroyed) next(error);
    }
  };
}
