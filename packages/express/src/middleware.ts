import { type Span, type SpanOptions, type Tracer, withContext } from '@spanline/core';
import { createGuard } from '@spanline/core/source';
import type { Request, RequestHandler, Response } from 'express';
import { methodOf, requestAttributes, responseAttributes, spanName } from './attributes.ts';
import { beginExchange, type Exchange, exchangeOf, watchFirstByte } from './exchange.ts';
import { resolveOptions, type SpanlineExpressOptions } from './options.ts';
import { outcomeOf } from './outcome.ts';
import { acceptRequestId, newRequestId } from './request-id.ts';
import { routeTemplate, watchRoute } from './route.ts';
import { SCOPE } from './scope.ts';

/** A predicate of the application; one that throws says no. */
function says(predicate: (req: Request) => boolean, req: Request): boolean {
  try {
    return predicate(req) === true;
  } catch {
    return false;
  }
}

function startSpan(tracer: Tracer, req: Request, trusted: (req: Request) => boolean): Span {
  const method = methodOf(req);
  const options: SpanOptions = {
    name: spanName(method, undefined),
    type: 'http',
    kind: 'SERVER',
    scope: SCOPE,
    attributes: requestAttributes(req, method),
  };
  const remote = req.headers.traceparent === undefined ? undefined : tracer.extract(req.headers);
  if (remote === undefined) return tracer.startSpan(options);
  if (says(trusted, req)) return tracer.startSpan({ ...options, parent: remote });
  return tracer.startSpan({ ...options, link: { traceId: remote.traceId } });
}

/** Ends the span of a closed response. Runs in whatever context the socket closes in; everything it needs is closed over. */
function finish(req: Request, res: Response, exchange: Exchange): void {
  const { span, startedMs, firstByteMs, error } = exchange;
  const route = routeTemplate(req);
  const outcome = outcomeOf(res, error);
  if (route !== undefined) span.updateName(spanName(methodOf(req), route));
  span.set(responseAttributes(res, route, firstByteMs === undefined ? undefined : firstByteMs - startedMs));
  if (!res.writableFinished) span.set({ 'spanline.http.aborted': true });
  if (outcome.status === 'error') span.fail(outcome.error);
  span.end(outcome.status === 'ok' ? {} : { status: outcome.status });
}

/**
 * Express middleware for Express 4 and 5: one SERVER span per request, the local root of everything the request does. Mount it first. The request id (`x-request-id`, or a new one) and
 * `traceparent` stand on the response; `req.span` and `req.log` are set.
 *
 * @example
 * ```ts
 * import { createTracer } from '@spanline/core';
 * import { spanlineErrorHandler, spanlineExpress } from '@spanline/express';
 * import express from 'express';
 *
 * const app = express();
 * app.use(spanlineExpress({ tracer: createTracer() }));
 * app.get('/', (req, res) => {
 *   req.log.info('answering');
 *   res.send('hello');
 * });
 * app.use(spanlineErrorHandler());
 * ```
 *
 * @throws SpanlineError `ERR_INVALID_OPTION`
 */
export function spanlineExpress(options: SpanlineExpressOptions): RequestHandler {
  const { tracer, trustIncoming, ignore, requestIdHeader } = resolveOptions(options);
  if (!tracer.enabled) return (_req, _res, next) => next();
  const trusted = typeof trustIncoming === 'function' ? trustIncoming : () => trustIncoming;

  const guard = createGuard(tracer);

  function begin(req: Request, res: Response): Span {
    const span = startSpan(tracer, req, trusted);
    const exchange = beginExchange(req, tracer, span);
    res.on('close', () => guard('express close', () => finish(req, res, exchange)));
    watchRoute(req);
    watchFirstByte(res, exchange);
    return span;
  }

  function answerIds(res: Response, requestId: string): void {
    res.setHeader(requestIdHeader, requestId);
    const { traceparent } = tracer.inject<Record<string, string>>({});
    if (traceparent !== undefined) res.setHeader('traceparent', traceparent);
  }

  return function spanline(req, res, next): void {
    if (exchangeOf(req) !== undefined || says(ignore, req)) return next();
    const requestId = acceptRequestId(req.headers[requestIdHeader]) ?? newRequestId();
    withContext({ requestId }, () => {
      const span = guard('express request', () => begin(req, res));
      if (span === undefined) return next();
      tracer.run(span, () => {
        guard('express headers', () => answerIds(res, requestId));
        next();
      });
    });
  };
}
