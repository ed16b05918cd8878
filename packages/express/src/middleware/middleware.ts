/** The middleware. */

import type { Request, RequestHandler, Response } from 'express';
import {
  type Adapter,
  createRequestTracer,
  nodeEnding,
  propertyOf,
  type ServerOptions,
  whenClosed,
} from '@spanline/http';
import { requestFields } from '../application/request-fields.ts';
import { watchApplication, watchRequest } from '../application/watch-application.ts';
import { SCOPE } from '../scope.ts';

/** Options of {@link spanlineExpress}. */
export interface SpanlineExpressOptions extends ServerOptions<Request, Response> {}

const EXPRESS: Omit<Adapter<Request, Response>, 'listen'> = {
  scope: SCOPE,
  key: (req) => req,
  method: (req) => propertyOf(req, 'method'),
  target: (req) => propertyOf(req, 'originalUrl'),
  headers: (req) => propertyOf(req, 'headers'),
  version: (req) => propertyOf(req, 'httpVersion'),
  scheme: (req) => propertyOf(req, 'protocol'),
  address: (req) => propertyOf(req, 'ip'),
  givenId: (req) => propertyOf(req as { id?: unknown }, 'id'),
  givenHeader: (res, name) => propertyOf(res, 'getHeader').call(res, name),
  setHeader: (res, name, value) => void propertyOf(res, 'setHeader').call(res, name, value),
  watch(req) {
    watchApplication(propertyOf(req, 'app'));
    watchRequest(req);
  },
  ending: (_req, res, exchange) => nodeEnding(res, exchange),
};

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
  const requests = createRequestTracer({ ...EXPRESS, listen: (_req, res) => whenClosed(res, onClose) }, options);

  const addFields = requestFields(requests.tracer, requests.guard);

  function onClose(this: Response): void {
    requests.close(propertyOf(this, 'req'), this);
  }

  return function spanline(req, res, next): void {
    addFields(req);
    requests.trace(req, res, next);
  };
}
