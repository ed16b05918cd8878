/** Middleware that does a part of what ours does: the time below which no design of ours comes. */

import { AsyncLocalStorage } from 'node:async_hooks';
import { randomUUID } from 'node:crypto';
import type { RequestHandler, Response } from 'express';
import { createLogger, createTracer } from '@spanline/core';

/** Each does what the one before it does as well. */
export const FLOORS = ['next', 'ids', 'span'] as const;

const SCOPE = { name: 'bench', version: '1' };

/** Does nothing. */
const callNext: RequestHandler = (_req, _res, next) => next();

/** Runs the request in a context, sets the two headers, and listens for the close. */
function setIds(): RequestHandler {
  const storage = new AsyncLocalStorage<object>();
  const traceparent = `00-${'1'.repeat(32)}-${'1'.repeat(16)}-03`;
  const onClose = (): void => undefined;
  return (_req, res, next) => {
    res.on('close', onClose);
    res.setHeader('x-request-id', randomUUID());
    res.setHeader('traceparent', traceparent);
    storage.run({}, next);
  };
}

/** The same, with a span whose facts are there already. */
function writeSpan(file: string): RequestHandler {
  const tracer = createTracer({
    service: { name: 'bench' },
    logger: createLogger({}, file),
    statsIntervalSeconds: 0,
  });
  return (_req, res, next) => {
    const span = tracer.startSpan({
      name: 'GET',
      type: 'http',
      kind: 'SERVER',
      scope: SCOPE,
      attributes: {
        'http.request.method': 'GET',
        'url.scheme': 'http',
        'url.path': '/hello/42',
        'client.address': '127.0.0.1',
        'network.protocol.version': '1.1',
      },
    });
    res.on('close', function onClose(this: Response) {
      span.set({
        'http.route': '/hello/:id',
        'http.response.status_code': 200,
        'http.response.body.size': 11,
        'spanline.http.ttfb_ms': 0.5,
      });
      span.updateName('GET /hello/:id').end();
    });
    res.setHeader('x-request-id', randomUUID());
    res.setHeader('traceparent', `00-${span.traceId}-${span.spanId}-03`);
    tracer.run(span, next);
  };
}

/** The middleware of a floor. */
export function floor(name: (typeof FLOORS)[number], file: string): RequestHandler {
  if (name === 'next') return callNext;
  return name === 'ids' ? setIds() : writeSpan(file);
}
