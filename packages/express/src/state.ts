import type { Exchange } from './exchange.ts';
import type { MatchedLayer } from './mount-path.ts';

/** What this package knows about a request. */
export interface RequestState {
  exchange: Exchange | undefined;
  /** `req.params` as the router assigned it last. */
  params: unknown;
  /** `req.route`, likewise. */
  route: unknown;
  /** Layers with parameters that enclose what runs now, outermost first. */
  readonly layers: MatchedLayer[];
  /** Template of the route matched last. */
  template: string | undefined;
}

const KEY = Symbol.for('spanline.express.state');

/**
 * Beside the request, not on it: Express gives every message a prototype of its own, after which a first own property of a message is slow (measured: 5–7 µs). Shared between installed
 * copies of this package, so that a request mounted under both is one span.
 */
function shared(): WeakMap<object, RequestState> {
  const host = globalThis as { [KEY]?: WeakMap<object, RequestState> };
  return (host[KEY] ??= new WeakMap());
}

const states = shared();

/** What is known about a request. */
export function stateOf(req: object): RequestState | undefined {
  return states.get(req);
}

/** The same, made when nothing is. */
export function requestState(req: object): RequestState {
  let state = states.get(req);
  if (state === undefined) {
    state = { exchange: undefined, params: undefined, route: undefined, layers: [], template: undefined };
    states.set(req, state);
  }
  return state;
}
