/** The state of Express's routers while they handle a request. */

import type { RequestState } from '@spanline/http';

/** A router's layer with parameters. */
export interface MatchedLayer {
  /** Position of its path in the URL. */
  readonly at: number;
  readonly params: Readonly<Record<string, unknown>>;
}

/** State of a request that only this adapter keeps. */
export interface RouterState {
  /** `req.params` as a router assigned it last. */
  params: unknown;
  /** `req.route`, likewise. */
  route: unknown;
  /** Layers with parameters around the running handler, outermost first; `undefined` if there was none yet. */
  layers: MatchedLayer[] | undefined;
}

/** The state of a request's routers, created if there is none. */
export function routerState(state: RequestState): RouterState {
  return (state.own ??= { params: undefined, route: undefined, layers: undefined }) as RouterState;
}
