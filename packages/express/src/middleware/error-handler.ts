/** The error middleware. */

import type { ErrorRequestHandler } from 'express';
import { exchangeOf } from '../exchange/request-state.ts';

/**
 * Notes the error that a request failed with, and passes it on unchanged. Mount it after the routes and before your own
 * error handler. Without it a failed request is still an error, known by its status and by the failed calls below it.
 *
 * The origin of an error decides whether the request failed: one made for the client (http-errors, a validation error)
 * is the client's fault; one of a provider is not, whatever its status.
 *
 * Errors after the client has left (a body parser that goes on reading, an aborted call) follow from that and are not
 * noted: the request is `aborted`.
 */
export function spanlineErrorHandler(): ErrorRequestHandler {
  return function spanlineError(error: unknown, req, res, next): void {
    const exchange = exchangeOf(req);
    if (exchange !== undefined && !req.socket.destroyed) {
      exchange.error = error ?? exchange.error;
      exchange.statusAtError = res.statusCode;
    }
    next(error);
  };
}
