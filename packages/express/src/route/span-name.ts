/** Names of request spans. */

import type { Request } from 'express';

/** Methods of OpenTelemetry's HTTP conventions. Any other becomes `_OTHER`, so that callers cannot invent values. */
const METHODS: ReadonlySet<string> = new Set([
  'CONNECT',
  'DELETE',
  'GET',
  'HEAD',
  'OPTIONS',
  'PATCH',
  'POST',
  'PUT',
  'QUERY',
  'TRACE',
]);

/** The method as an attribute. */
export function methodOf(req: Request): string {
  return METHODS.has(req.method) ? req.method : '_OTHER';
}

/** The name of a request's span: `POST /ask/:id`, or the method alone without a route. */
export function spanName(method: string, route: string | undefined): string {
  const verb = method === '_OTHER' ? 'HTTP' : method;
  return route === undefined ? verb : `${verb} ${route}`;
}
