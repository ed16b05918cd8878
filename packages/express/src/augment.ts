import type { Span, Tracer } from '@spanline/core';

declare global {
  namespace Express {
    interface Request {
      /** The span of this request; absent when it was ignored or the tracer is disabled. */
      span?: Span;
      /**
       * Fires when the connection closes before the response is complete: nobody reads what is still being made. Hand it to chains, engines and `fetch`; a model call that it ends is `aborted`.
       * Also there for requests without a span.
       */
      readonly clientSignal: AbortSignal;
      /** The tracer's logger: its lines carry the ids of this request. */
      log: Tracer['logger'];
    }
  }
}
