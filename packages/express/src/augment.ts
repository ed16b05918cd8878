import type { Span, Tracer } from '@spanline/core';

declare global {
  namespace Express {
    interface Request {
      /** The span of this request; absent when it was ignored or the tracer is disabled. */
      span?: Span;
      /** The tracer's logger: its lines carry the ids of this request. */
      log: Tracer['logger'];
    }
  }
}
