import type { Request } from 'express';
import { type MatchedLayer, mountTemplate } from './mount-path.ts';

/**
 * The template of the route that answered (`/api/:version/ask/:id`), without patching Express. Its routers tell on the request what they matched: they assign `req.params` for
 * every layer with a path and `req.route` for a route. Accessors watch these assignments and keep what they see at that moment; afterwards `baseUrl` is reset by
 * errors and mount paths are filled in.
 */
interface Tracked {
  params: unknown;
  route: unknown;
  /** Layers with parameters that enclose what runs now, outermost first. */
  readonly layers: MatchedLayer[];
  template: string | undefined;
}

/** Shared between installed copies of this package: the accessors of either serve both. */
const TRACKED = Symbol.for('spanline.express.route');

type TrackedRequest = Request & { [TRACKED]?: Tracked };

function trackedOf(req: TrackedRequest): Tracked {
  return (req[TRACKED] ??= { params: undefined, route: undefined, layers: [], template: undefined });
}

/** A router assigns the parameters before it adds the layer's path to `baseUrl`; what lay deeper is left by then. */
function enterLayer(layers: MatchedLayer[], at: number, params: unknown): void {
  while (layers.length > 0 && (layers.at(-1)?.at ?? 0) >= at) layers.pop();
  if (typeof params !== 'object' || params === null) return;
  for (const _name in params) {
    layers.push({ at, params: params as MatchedLayer['params'] });
    return;
  }
}

function pathOf(route: unknown): string | undefined {
  const path = (route as { path?: unknown } | undefined)?.path;
  if (typeof path === 'string') return path;
  if (path instanceof RegExp) return String(path);
  return Array.isArray(path) ? path.map(String).join('|') : undefined;
}

function templateOf(req: TrackedRequest, tracked: Tracked): string | undefined {
  const path = pathOf(tracked.route);
  if (path === undefined) return undefined;
  const template = mountTemplate(req.baseUrl, tracked.layers) + path;
  return template.length > 1 && template.endsWith('/') ? template.slice(0, -1) : template;
}

const ACCESSORS: PropertyDescriptorMap & ThisType<TrackedRequest> = {
  params: {
    configurable: true,
    enumerable: true,
    get(): unknown {
      return this[TRACKED]?.params;
    },
    set(value: unknown): void {
      const tracked = trackedOf(this);
      tracked.params = value;
      enterLayer(tracked.layers, this.baseUrl?.length ?? 0, value);
    },
  },
  route: {
    configurable: true,
    enumerable: true,
    get(): unknown {
      return this[TRACKED]?.route;
    },
    set(value: unknown): void {
      const tracked = trackedOf(this);
      tracked.route = value;
      tracked.template = templateOf(this, tracked);
    },
  },
};

const watched = new WeakSet<object>();

/** Brings a property that the router set before the accessors were there under them. */
function hide(req: Request, key: 'params' | 'route'): void {
  if (!Object.hasOwn(req, key)) return;
  const value: unknown = req[key];
  delete (req as Partial<Request>)[key];
  (req as unknown as Record<string, unknown>)[key] = value;
}

/** Watches a request. The accessors stand on the application's `request` prototype, which mounted applications inherit. */
export function watchRoute(req: Request): void {
  const { request: prototype } = req.app as unknown as { request: object };
  if (!watched.has(prototype)) {
    watched.add(prototype);
    Object.defineProperties(prototype, ACCESSORS);
  }
  hide(req, 'params');
  hide(req, 'route');
}

/** The template of the last route that was matched; `undefined` when none was. */
export function routeTemplate(req: Request): string | undefined {
  return (req as TrackedRequest)[TRACKED]?.template;
}
