/** Types of the fields that the middleware adds to requests. */

import type { Span, Tracer } from '@spanline/core';

declare global {
  namespace Express {
    interface Request {
      /** The span of this request; `undefined` if the request is ignored or the tracer is disabled. */
      span?: Span;
      /**
       * Fires when the connection closes before the response is complete: nobody reads the answer any more. Pass it to
       * chains, engines and `fetch`. A model call that it ends is `aborted`. Requests without a span have it as well.
       */
      readonly clientSignal: AbortSignal;
      /**
       * The tracer's logger, or the one that another middleware (pino-http) gave this request. Its lines carry the ids
       * of this request, wherever it is called.
       */
      log: Tracer['logger'];
    }
  }
}
