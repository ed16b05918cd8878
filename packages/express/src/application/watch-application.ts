/** Watches routes, responses and error handlers of an application. */

import type { Application, Request } from 'express';
import { exchangeOf, inheritedBy, listenerMethods, responseMethods } from '@spanline/http';
import { sharedState } from '@spanline/instrumentation';
import { routeAccessors } from '../route/route-accessors.ts';
import { watchErrorHandlers } from './error-layers.ts';

/** The application that an application is mounted in, directly or not. */
export function outermost(app: Application): Application {
  let top = app as Application & { parent?: Application };
  while (top.parent !== undefined) top = top.parent;
  return top;
}

/**
 * Watches the error handlers of mounted applications, which may be of another copy of Express. An application does not
 * list those that are mounted in it: they are known once they handle a request.
 */
function watchMounted(top: Application): (req: Request) => void {
  // An application gives its requests a prototype of its own.
  let { request: prototype } = top as { request?: unknown };
  return (req) => {
    const current: unknown = Object.getPrototypeOf(req);
    if (current === prototype) return;
    prototype = current;
    const { app } = req;
    exchangeOf(req)?.guard('express error', () => watchErrorHandlers(app));
  };
}

const watched = sharedState('express.watched', () => new WeakSet<object>());

/** Watches the routes and responses of an application, once. Nothing is defined on messages without listeners. */
export function watchApplication(app: Application): void {
  const top = outermost(app);
  if (watched.has(top)) return;
  watched.add(top);
  const { request, response } = top as unknown as { request: object; response: object };
  Object.defineProperties(request, routeAccessors(watchMounted(top)));
  Object.defineProperties(response, responseMethods(inheritedBy(response)));
  Object.defineProperties(request, listenerMethods(inheritedBy(request)));
  Object.defineProperties(response, listenerMethods(inheritedBy(response)));
  watchErrorHandlers(top);
}

/** Removes an own property that was set before the accessors were there, and sets it through them. */
function hide(req: Request, key: 'log' | 'params' | 'route'): void {
  if (!Object.hasOwn(req, key)) return;
  const value: unknown = req[key];
  delete (req as Partial<Request>)[key];
  (req as unknown as Record<string, unknown>)[key] = value;
}

/** Watches the routers and `req.log` of a request from here on. */
export function watchRequest(req: Request): void {
  hide(req, 'log');
  hide(req, 'params');
  hide(req, 'route');
}
