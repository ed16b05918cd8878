/** `req.log`: the logger of a request. */

import type { Request } from 'express';
import { boundLog, type RequestState, stateOf } from '@spanline/http';

/**
 * The logger that `req.log` is made of: one that another middleware assigned, the one of pino-http, which assigns none
 * over another's but lists its own under `allLogs`, or the tracer's.
 */
function loggerOf(req: Request, { assignedLog, logger }: RequestState): unknown {
  const { allLogs } = req as { allLogs?: unknown };
  return assignedLog ?? (Array.isArray(allLogs) ? (allLogs[0] as unknown) : undefined) ?? logger;
}

/**
 * The logger of a request. Its lines carry the ids of the request wherever it is called. `undefined` before the
 * middleware, so that another one may still assign its own.
 */
export function requestLog(req: Request): unknown {
  const state = stateOf(req);
  return state === undefined ? undefined : boundLog(state, loggerOf(req, state));
}
