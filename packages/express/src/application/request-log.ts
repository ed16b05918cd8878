/** `req.log`: the logger of a request. */

import type { Request } from 'express';
import type { Tracer } from '@spanline/core';
import { bindLogger, profileOfSpan } from '@spanline/instrumentation';
import { runWithin } from '../exchange/request-context.ts';
import { type RequestState, stateOf } from '../exchange/request-state.ts';

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
  if (state === undefined) return undefined;
  const logger = loggerOf(req, state);
  const { exchange } = state;
  if (exchange === undefined || typeof logger !== 'object' || logger === null) return logger;
  if (state.log?.of !== logger) {
    const { span, guard } = exchange;
    const bound = guard('express log', () =>
      bindLogger(logger as Tracer['logger'], profileOfSpan(span), (fn) => runWithin(span, fn)),
    );
    state.log = { of: logger, bound: bound ?? logger };
  }
  return state.log.bound;
}
