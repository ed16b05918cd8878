/** The template of the route that answers (`/api/:version/ask/:id`), without patching Express. */

import type { Request } from 'express';
import { noteRoute, propertyOf, requestState, stateOf } from '@spanline/http';
import { hasKeys } from '@spanline/instrumentation';
import { type MatchedLayer, type RouterState, routerState } from '../router-state.ts';
import { mountTemplate } from './mount-path.ts';

/**
 * A router assigns the parameters before it adds the layer's path to `baseUrl`. Deeper layers have been left by then.
 */
function enterLayer(req: Request, state: RouterState, params: unknown): void {
  const isNamed = typeof params === 'object' && params !== null && hasKeys(params);
  if (!isNamed && state.layers === undefined) return;
  const layers = (state.layers ??= []);
  const at = propertyOf<{ baseUrl?: string }, 'baseUrl'>(req, 'baseUrl')?.length ?? 0;
  while (layers.length > 0 && (layers.at(-1)?.at ?? 0) >= at) layers.pop();
  if (isNamed) layers.push({ at, params: params as MatchedLayer['params'] });
}

function pathOf(route: unknown): string | undefined {
  const path = (route as { path?: unknown } | undefined)?.path;
  if (typeof path === 'string') return path;
  if (path instanceof RegExp) return String(path);
  return Array.isArray(path) ? path.map(String).join('|') : undefined;
}

function templateOf(req: Request, { route, layers = [] }: RouterState): string | undefined {
  const path = pathOf(route);
  if (path === undefined) return undefined;
  const template = mountTemplate(propertyOf(req, 'baseUrl'), layers) + path;
  return template.length > 1 && template.endsWith('/') ? template.slice(0, -1) : template;
}

function ownState(req: Request): RouterState | undefined {
  return stateOf(req)?.own as RouterState | undefined;
}

/**
 * Accessors for the prototype of requests. Express's routers assign `req.params` for every layer with a path, and
 * `req.route` for a route. The accessors keep what they see at that moment: afterwards errors reset `baseUrl`, and
 * mount paths have values in place of names. The span is renamed at once, so that spans below it have the whole path.
 *
 * @param onLayer - called when a router enters a layer
 */
export const routeAccessors = (onLayer: (req: Request) => void): PropertyDescriptorMap & ThisType<Request> => ({
  params: {
    configurable: true,
    enumerable: true,
    get(): unknown {
      return ownState(this)?.params;
    },
    set(value: unknown): void {
      const state = routerState(requestState(this));
      state.params = value;
      enterLayer(this, state, value);
      onLayer(this);
    },
  },
  route: {
    configurable: true,
    enumerable: true,
    get(): unknown {
      return ownState(this)?.route;
    },
    set(value: unknown): void {
      const state = requestState(this);
      const own = routerState(state);
      own.route = value;
      noteRoute(state, propertyOf(this, 'method'), templateOf(this, own));
    },
  },
});
