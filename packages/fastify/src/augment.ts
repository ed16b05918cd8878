/** Types of the properties that the plugin adds to requests. */

import type { Span } from '@spanline/core';

declare module 'fastify' {
  interface FastifyRequest {
    /** The span of this request; `undefined` if the request is ignored or the tracer is disabled. */
    readonly span: Span | undefined;
    /**
     * Fires when the connection closes before the response is complete: nobody reads the answer any more. Pass it to
     * chains, engines and `fetch`. Fastify's own `signal` also fires after a whole answer.
     */
    readonly clientSignal: AbortSignal;
  }
}
