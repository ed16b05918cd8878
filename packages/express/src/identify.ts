/** The user and session of a request. */

import type { Request } from 'express';
import { identifyRequest, type Identity } from '@spanline/http';

/**
 * Sets the user and session of a request, once they are known: behind the middleware that authenticates. The identity
 * is written on the line of the request, on spans that are still open, and on all later spans and application lines.
 * May be called again: later values replace earlier ones, and labels are merged. Does nothing for a request without a
 * span. Never throws.
 *
 * @example
 * ```ts
 * import { identify } from '@spanline/express';
 * import express from 'express';
 *
 * const app = express();
 * app.use((req, res, next) => {
 *   identify(req, { userId: res.locals['user']?.id, labels: { tenant: 'acme' } });
 *   next();
 * });
 * ```
 */
export function identify(req: Request, identity: Identity): void {
  identifyRequest(req, identity);
}
