/** The template of the route that answers. */

import type { Context } from 'hono';
import { matchedRoutes } from 'hono/route';

type Route = ReturnType<typeof matchedRoutes>[number];

/** Middleware is registered for all methods, with a path that ends with a wildcard (`app.use`). */
function isMiddleware({ method, path }: Route): boolean {
  return method === 'ALL' && path.endsWith('*');
}

/** The route whose handler ran last, else the first one that matched; `undefined` if only middleware did. */
export function templateOf(c: Context): string | undefined {
  const routes = matchedRoutes(c);
  const last = routes[c.req.routeIndex];
  const route = last !== undefined && !isMiddleware(last) ? last : routes.find((each) => !isMiddleware(each));
  return route?.path;
}
