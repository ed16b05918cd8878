import type { Request, RequestHandler, Response } from 'express';
import { SpanlineError, type ScoreOptions, type Tracer } from '@spanline/core';
import { createGuard } from '@spanline/instrumentation';
import { jsonBody } from './json-body.ts';
import { createRateLimit } from './rate-limit.ts';
import { type Feedback, readFeedback } from './score-body.ts';

/** Options of {@link feedbackRoute}. */
export interface FeedbackRouteOptions {
  tracer: Tracer;
  /** Most judgements a minute of one address (`req.ip`), right or wrong. @defaultValue 30 */
  perAddress?: number;
  /** Most judgements a minute about one trace or request. @defaultValue 10 */
  perTrace?: number;
}

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

function requireLimit(option: string, value: number): void {
  if (Number.isInteger(value) && value > 0) return;
  throw new SpanlineError({ code: 'ERR_INVALID_OPTION', option, expected: 'a positive integer', got: value });
}

/**
 * A route that takes what users say about answers: `{ traceId | requestId, spanId?, name, value, comment? }` with a number, a yes or no, or a category as value. Answers 204 and writes a score
 * line with the ids it was given; a wrong body gets 400 with `{ error }`, too many get 429, and nothing is written. Works with and without a body parser before it. Who may judge is up to the
 * middleware in front of it.
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
 * @throws SpanlineError `ERR_INVALID_OPTION`
 */
export function feedbackRoute({ tracer, perAddress = 30, perTrace = 10 }: FeedbackRouteOptions): RequestHandler {
  if (typeof (tracer as Tracer | undefined)?.score !== 'function') {
    throw new SpanlineError({ code: 'ERR_INVALID_OPTION', option: 'tracer', expected: 'a tracer', got: tracer });
  }
  requireLimit('perAddress', perAddress);
  requireLimit('perTrace', perTrace);
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
