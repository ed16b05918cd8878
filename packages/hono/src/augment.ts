/** Types of the variables that the middleware sets. */

import type { Span, Tracer } from '@spanline/core';

declare module 'hono' {
  interface ContextVariableMap {
    /** The span of this request; `undefined` if the request is ignored or the tracer is disabled. */
    span: Span | undefined;
    /** The tracer's logger. Its lines carry the ids of this request, wherever it is called. */
    log: Tracer['logger'];
  }
}
