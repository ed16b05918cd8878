/** The error middleware. */

import type { ErrorRequestHandler } from 'express';
import { noteNodeError } from '@spanline/http';

/**
 * Notes the error that a request failed with, and passes it on unchanged. Mount it after the routes and before your own
 * error handler. Errors that your own error handlers take, also those of a router, are noted without it. An error that
 * none of them takes is known only by its status and by the failed calls below the request.
 *
 * The origin of an error decides whether the request failed: one made for the client (http-errors, a validation error)
 * is the client's fault; one of a provider is not, whatever its status.
 */
export function spanlineErrorHandler(): ErrorRequestHandler {
  return function spanlineError(error: unknown, req, res, next): void {
    noteNodeError(req, res, error);
    next(error);
  };
}
