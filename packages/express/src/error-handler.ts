import type { ErrorRequestHandler } from 'express';
import { exchangeOf } from './exchange.ts';

/**
 * Notes the error that a request failed with and passes it on unchanged. Mount it after the routes and before your own error handler. Without it a failed request is still an error,
 * known by its status alone.
 *
 * What fails after the client has left (a body parser that reads on, an aborted call) follows from that and is not noted: such a request is `aborted`.
 */
export function spanlineErrorHandler(): ErrorRequestHandler {
  return function spanlineError(error: unknown, req, _res, next): void {
    const exchange = exchangeOf(req);
    if (exchange !== undefined && !req.socket.destroyed) exchange.error = error ?? exchange.error;
    next(error);
  };
}
