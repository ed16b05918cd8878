/** The logger of a request. */

import type { Tracer } from '@spanline/core';
import { bindLogger, profileOfSpan } from '@spanline/instrumentation';
import { runWithin } from './request-context.ts';
import type { RequestState } from './request-state.ts';

/**
 * Returns `logger` for a request: its lines carry the ids of the request wherever it is called. A request without a
 * span has the logger itself. The result is kept until another logger is given.
 */
export function boundLog(state: RequestState, logger: unknown): unknown {
  const { exchange } = state;
  if (exchange === undefined || typeof logger !== 'object' || logger === null) return logger;
  if (state.log?.of !== logger) {
    const { span, guard } = exchange;
    const bound = guard('http log', () =>
      bindLogger(logger as Tracer['logger'], profileOfSpan(span), (fn) => runWithin(span, fn)),
    );
    state.log = { of: logger, bound: bound ?? logger };
  }
  return state.log.bound;
}
