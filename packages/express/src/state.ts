import { sharedState } from '@spanline/instrumentation';
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

/**
 * State lives beside the request, not on it: Express gives every message a prototype of its own, after which the first own property of a message is
 * slow (measured: 5–7 µs). A request that passes the middleware of two installed copies is one span.
 */
const states = sharedState('express.state', () => new WeakMap<object, RequestState>());

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
