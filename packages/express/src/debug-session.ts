/** Raises the capture of requests that bring a debug token. */

import type { RequestHandler } from 'express';
import { createDebugSwitch, type DebugSessionOptions } from '@spanline/http';

/**
 * A debug switch for one session: a request with a valid token of `createDebugToken` is logged in full, although the
 * tracer redacts or omits content. Mount it behind `spanlineExpress` and behind the middleware that identifies the
 * request, because a token is for one session or user.
 *
 * - The lines carry `spanline.capture.override`, and one audit line names who issued the token.
 * - A token that is forged, expired or someone else's changes nothing and is counted.
 * - Credentials are removed in every mode.
 *
 * @throws SpanlineError `ERR_INVALID_OPTION`
 */
export function debugSession(options: DebugSessionOptions): RequestHandler {
  const raise = createDebugSwitch(options);
  return function spanlineDebugSession(req, _res, next): void {
    raise(req, req.headers);
    next();
  };
}
