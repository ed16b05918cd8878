import type { Request } from 'express';

/**
 * The template of the route that answered (`/api/:version/ask/:id`), without patching Express. Its routers tell on the request what they matched: they assign `req.params` for
 * every layer with a path and `req.route` for a route. Accessors watch these assignments and keep what they see at that moment; afterwards `baseUrl` is reset by
 * errors and mount paths are filled in.
 */
interface Tracked {
  params?: unknown;
  route?: unknown;
  /** Values of the parameters of mount paths, with their names. */
  names?: Map<string, string>;
  template?: string | undefined;
}

const TRACKED = Symbol('spanline.route');

type TrackedRequest = Request & { [TRACKED]?: Tracked };

const MAX_NAMES = 64;

function state(req: TrackedRequest): Tracked {
  return (req[TRACKED] ??= {});
}

function rememberNames(tracked: Tracked, params: unknown): void {
  if (typeof params !== 'object' || params === null) return;
  for (const name in params) {
    const value = (params as Record<string, unknown>)[name];
    const text = Array.isArray(value) ? value.join('/') : value;
    if (typeof text !== 'string' || text === '') continue;
    tracked.names ??= new Map();
    if (tracked.names.size < MAX_NAMES) tracked.names.set(text, name);
  }
}

function decoded(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}

function mountTemplate(baseUrl: string, names: Map<string, string> | undefined): string {
  if (names === undefined || baseUrl === '') return baseUrl;
  return baseUrl
    .split('/')
    .map((segment) => {
      const name = segment === '' ? undefined : names.get(decoded(segment));
      return name === undefined ? segment : `:${name}`;
    })
    .join('/');
}

function pathOf(route: unknown): string | undefined {
  const path = (route as { path?: unknown } | undefined)?.path;
  if (typeof path === 'string') return path;
  if (path instanceof RegExp) return String(path);
  return Array.isArray(path) ? path.map(String).join('|') : undefined;
}

function templateOf(req: TrackedRequest, tracked: Tracked, route: unknown): string | undefined {
  const path = pathOf(route);
  if (path === undefined) return undefined;
  const template = mountTemplate(req.baseUrl, tracked.names) + path;
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
      const tracked = state(this);
      tracked.params = value;
      rememberNames(tracked, value);
    },
  },
  route: {
    configurable: true,
    enumerable: true,
    get(): unknown {
      return this[TRACKED]?.route;
    },
    set(value: unknown): void {
      const tracked = state(this);
      tracked.route = value;
      tracked.template = templateOf(this, tracked, value);
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
