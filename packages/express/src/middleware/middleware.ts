/** The middleware. */

import type { Request, RequestHandler, Response } from 'express';
import { type EndOptions, type Span, type SpanOptions, withContext } from '@spanline/core';
import { createGuard, endWithChildren } from '@spanline/instrumentation';
import { addRequestFields } from '../application/request-fields.ts';
import { watchApplication, watchRequest } from '../application/watch-application.ts';
import { whenClosed } from '../exchange/closing.ts';
import { createExchange, type Exchange } from '../exchange/exchange.ts';
import { inFlightOf } from '../exchange/in-flight.ts';
import { exchangeOf, requestState, stateOf } from '../exchange/request-state.ts';
import { setAllowed } from '../request/allowed.ts';
import { requestAttributes } from '../request/attributes.ts';
import { contextValues } from '../request/context-values.ts';
import { holds, type Origin, originOf } from '../request/origin.ts';
import { responseAttributes } from '../response/attributes.ts';
import { outcomeOf } from '../response/outcome.ts';
import { methodOf, spanName } from '../route/span-name.ts';
import { SCOPE } from '../scope.ts';
import { resolveOptions, type SpanlineExpressOptions } from './options.ts';

/** The time that the calls of a request that was cut off get to end, so that its line is the last of its tree. */
const WAIT_MS = 500;

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

/**
 * Ends the span of a closed response. A socket may close in any context, so that everything needed comes from the
 * response.
 */
function finish(res: Response, exchange: Exchange, level: string | undefined): void {
  const { req } = res;
  const { span } = exchange;
  const method = methodOf(req);
  const route = stateOf(req)?.template;
  const outcome = outcomeOf(res, exchange);
  span.set(responseAttributes(res, exchange, method, route));
  if (outcome.status === 'aborted') span.set({ 'spanline.http.aborted': true });
  if (outcome.status === 'error') span.fail(outcome.error);
  const options: EndOptions = level === undefined ? { status: outcome.status } : { status: outcome.status, level };
  if (res.writableFinished) span.end(options);
  else endWithChildren(span, options, WAIT_MS);
}

/**
 * Express middleware for Express 4 and 5. Each request gets a SERVER span, the local root of everything that the
 * request does. Mount it first. The response carries the request id (`x-request-id`, the caller's or a new one) and
 * `traceparent`. `req.span` is the span. `req.log` is the tracer's logger, or the one that another
 * middleware set, with the ids of the request.
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
 * @throws SpanlineError if an option is invalid, or a `SPANLINE_*` variable where there is no tracer
 */
export function spanlineExpress(options: SpanlineExpressOptions = {}): RequestHandler {
  const resolved = resolveOptions(options);
  const { tracer, ignore, requestIdHeader } = resolved;
  const guard = createGuard(tracer);
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
    // Before the exchange, which would note the context of this listener.
    whenClosed(res, onClose);
    requestState(req).exchange = createExchange(span, tracer, guard, origin.requestId);
    inFlight.value++;
    watchApplication(req.app);
    watchRequest(req);
    return span;
  }

  function answerIds(res: Response, requestId: string): void {
    res.setHeader(requestIdHeader, requestId);
    const { traceparent } = tracer.inject<Record<string, string>>({});
    if (traceparent !== undefined) res.setHeader('traceparent', traceparent);
  }

  return function spanline(req, res, next): void {
    guard('express fields', () => addRequestFields(req, tracer));
    // The default tracer may be another one, and enabled, with the next request.
    if (!tracer.enabled || exchangeOf(req) !== undefined || (ignore !== undefined && holds(ignore, req))) return next();
    const origin = guard('express headers', () => originOf(req, res, resolved, guard));
    if (origin === undefined) return next();
    withContext(contextValues(req, origin, resolved, guard), () => {
      const span = guard('express request', () => begin(req, res, origin));
      if (span === undefined) return next();
      tracer.run(span, () => {
        guard('express response', () => answerIds(res, origin.requestId));
        next();
      });
    });
  };
}
