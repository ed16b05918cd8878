/** Takes users' judgements of answers, whatever brings them. */

import { defaultTracer, type ScoreOptions, type Tracer } from '@spanline/core';
import { checkOptions, createGuard, option, type Shape, tracerCheck } from '@spanline/instrumentation';
import { type Feedback, readFeedback } from './feedback.ts';
import { type JsonBody, TOO_LARGE } from './json-body.ts';
import { createRateLimit } from './rate-limit.ts';

/** Options of a route that takes feedback. */
export interface FeedbackRouteOptions {
  /** The tracer that writes the scores. @defaultValue `defaultTracer()` */
  tracer?: Tracer;
  /** Requests of one client's address in a minute, valid or not. @defaultValue 30 */
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

/** The answer to a judgement. */
export interface FeedbackAnswer {
  /** 204, 400, 413 or 429. */
  readonly status: number;
  /** Why it was refused: the JSON body of the answer. */
  readonly body?: { readonly error: string };
  /** Seconds of `Retry-After`. */
  readonly retryAfter?: number;
}

/** A request that brings a judgement. */
export interface FeedbackRequest {
  /** Address of the client. */
  readonly address: string | undefined;
  /** The header `content-length`. */
  readonly contentLength: string | undefined;
  /** Reads a JSON body of at most `maxBytes`. Its errors are the caller's. */
  readonly readBody: (maxBytes: number) => Promise<JsonBody>;
}

/** Takes one judgement. */
export type FeedbackHandler = (request: FeedbackRequest) => Promise<FeedbackAnswer>;

function scoreOf({ traceId, requestId, spanId, name, value, comment }: Feedback): ScoreOptions {
  const score: ScoreOptions = { name, value, source: 'user' };
  if (traceId !== undefined) score.traceId = traceId;
  if (requestId !== undefined) score.requestId = requestId;
  if (spanId !== undefined) score.spanId = spanId;
  if (comment !== undefined && comment !== '') score.explanation = comment;
  return score;
}

const refuse = (status: number, error: string): FeedbackAnswer => ({ status, body: { error } });

function refuseFor(seconds: number): FeedbackAnswer | undefined {
  return seconds === 0 ? undefined : { ...refuse(429, 'too many judgements'), retryAfter: seconds };
}

/**
 * Creates what stands behind a feedback route: it checks the body, writes a score line and says what to answer.
 *
 * @throws SpanlineError if an option is invalid, or a `SPANLINE_*` variable where there is no tracer
 */
export function createFeedbackHandler(options: FeedbackRouteOptions): FeedbackHandler {
  checkOptions(SHAPE, options);
  const { tracer = defaultTracer(), perAddress = 30, perTrace = 10 } = options;
  const guard = createGuard(tracer);
  const addresses = createRateLimit(perAddress);
  const traces = createRateLimit(perTrace);
  return async ({ address, contentLength = '0', readBody }) => {
    const tooMany = refuseFor(addresses.take(address ?? ''));
    if (tooMany !== undefined) return tooMany;
    const body = Number(contentLength) > MAX_BYTES ? TOO_LARGE : await readBody(MAX_BYTES);
    if ('fault' in body) {
      return body.fault === 'too large'
        ? refuse(413, `the body must be at most ${MAX_BYTES} bytes`)
        : refuse(400, 'the body must be a JSON object');
    }
    const feedback = readFeedback(body.value);
    if (typeof feedback === 'string') return refuse(400, feedback);
    const tooOften = refuseFor(traces.take(feedback.traceId ?? feedback.requestId ?? ''));
    if (tooOften !== undefined) return tooOften;
    guard('http feedback', () => tracer.score(scoreOf(feedback)));
    return { status: 204 };
  };
}
