import type { Request, RequestHandler, Response } from 'express';
import { type Span, type SpanOptions, withContext } from '@spanline/core';
import { createGuard } from '@spanline/instrumentation';
import { setAllowed } from './allowed.ts';
import { methodOf, requestAttributes, responseAttributes, spanName } from './attributes.ts';
import { whenClosed } from './closing.ts';
import { contextOf } from './context.ts';
import { beginExchange, type Exchange, exchangeOf } from './exchange.ts';
import { inFlightOf } from './in-flight.ts';
import { resolveOptions, type SpanlineExpressOptions } from './options.ts';
import { type Origin, originOf, says } from './origin.ts';
import { outcomeOf } from './outcome.ts';
import { routeTemplate } from './route.ts';
import { SCOPE } from './scope.ts';
import { giveFields, watchApplication, watchRoute } from './watch.ts';

function spanOptions(req: Request, { parent, link }: Origin): SpanOptions {
  const method = methodOf(req);
  const options: SpanOptions = {
    name: spanName(method, undefined),
    type: 'http',
    kind: 'SERVER',
    scope: SCOPE,
    attributes: requestAttributes(req, method),
  };
  if (parent !== undefined) options.parent = parent;
  if (link !== undefined) options.link = link;
  return options;
}

/** Ends the span of a closed response. A socket closes in any context or none: everything needed hangs on the response. */
function finish(res: Response, exchange: Exchange, level: string | undefined): void {
  const { req } = res;
  const { span } = exchange;
  const method = methodOf(req);
  const route = routeTemplate(req);
  const outcome = outcomeOf(res, exchange);
  span.set(responseAttributes(res, exchange, method, route));
  if (outcome.status === 'aborted') span.set({ 'spanline.http.aborted': true });
  if (outcome.status === 'error') span.fail(outcome.error);
  span.end(level === undefined ? { status: outcome.status } : { status: outcome.status, level });
}

/**
 * Express middleware for Express 4 and 5: one SERVER span per request, the local root of everything the request does. Mount it first. The request id (`x-request-id`, or a new one) and
 * `traceparent` stand on the response; `req.span` is the span, `req.log` the tracer's logger unless another middleware has set one.
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
  const resolved = resolveOptions(options);
  const { tracer, ignore, requestIdHeader } = resolved;
  const { logger } = tracer;
  const guard = createGuard(tracer);

  if (!tracer.enabled) {
    return function spanlineDisabled(req, _res, next): void {
      guard('express fields', () => giveFields(req.app, logger));
      next();
    };
  }

  const inFlight = inFlightOf(tracer);

  function levelOf(res: Response): string | undefined {
    if (resolved.level === undefined) return undefined;
    const level: unknown = guard('express level', () => resolved.level?.(res.req, res));
    return typeof level === 'string' && level !== '' ? level : undefined;
  }

  function onClose(this: Response): void {
    const exchange = exchangeOf(this.req);
    if (exchange === undefined || exchange.isClosed) return;
    exchange.isClosed = true;
    inFlight.value--;
    guard('express close', () => finish(this, exchange, levelOf(this)));
  }

  function begin(req: Request, res: Response, origin: Origin): Span {
    const span = tracer.startSpan(spanOptions(req, origin));
    setAllowed(span, req, resolved);
    beginExchange(req, span, tracer, guard);
    inFlight.value++;
    whenClosed(res, onClose);
    watchApplication(req.app);
    watchRoute(req);
    return span;
  }

  function answerIds(res: Response, requestId: string): void {
    res.setHeader(requestIdHeader, requestId);
    const { traceparent } = tracer.inject<Record<string, string>>({});
    if (traceparent !== undefined) res.setHeader('traceparent', traceparent);
  }

  return function spanline(req, res, next): void {
    guard('express fields', () => giveFields(req.app, logger));
    if (exchangeOf(req) !== undefined || (ignore !== undefined && says(ignore, req))) return next();
    const origin = guard('express headers', () => originOf(req, resolved));
    if (origin === undefined) return next();
    withContext(contextOf(req, origin, resolved, guard), () => {
      const span = guard('express request', () => begin(req, res, origin));
      if (span === undefined) return next();
      tracer.run(span, () => {
        guard('express response', () => answerIds(res, origin.requestId));
        next();
      });
    });
  };
}
