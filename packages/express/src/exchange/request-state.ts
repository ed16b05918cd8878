/** State of requests. */

import type { Tracer } from '@spanline/core';
import { sharedState } from '@spanline/instrumentation';
import type { Exchange } from './exchange.ts';

/** A router's layer with parameters. */
export interface MatchedLayer {
  /** Position of its path in the URL. */
  readonly at: number;
  readonly params: Readonly<Record<string, unknown>>;
}

type Logger = Tracer['logger'];

/** State of a request. */
export interface RequestState {
  exchange: Exchange | undefined;
  /** The tracer's logger, once the middleware has seen the request. */
  logger: Logger | undefined;
  /** `req.log` as another middleware assigned it. */
  assignedLog: unknown;
  /** `req.log`, made of one of these. */
  log: { readonly of: unknown; readonly bound: unknown } | undefined;
  /** `req.id` as another middleware assigned it. */
  assignedId: unknown;
  /** `req.params` as a router assigned it last. */
  params: unknown;
  /** `req.route`, likewise. */
  route: unknown;
  /** Layers with parameters around the running handler, outermost first. */
  readonly layers: MatchedLayer[];
  /** Template of the route that was matched last. */
  template: string | undefined;
}

/**
 * State lives beside the request, not on it: Express gives every message a prototype of its own, after which the first
 * own property of a message is slow (measured: 5–7 µs). A request that passes the middleware of two installed copies is
 * one span.
 */
const states = sharedState('express.state', () => new WeakMap<object, RequestState>());

/** The state of a request, if it has one. */
export function stateOf(req: object): RequestState | undefined {
  return states.get(req);
}

/** The state of a request, created if it has none. */
export function requestState(req: object): RequestState {
  let state = states.get(req);
  if (state === undefined) {
    state = {
      exchange: undefined,
      logger: undefined,
      assignedLog: undefined,
      log: undefined,
      assignedId: undefined,
      params: undefined,
      route: undefined,
      layers: [],
      template: undefined,
    };
    states.set(req, state);
  }
  return state;
}

/** The exchange of a request; `undefined` if it has no span. */
export function exchangeOf(req: object): Exchange | undefined {
  return states.get(req)?.exchange;
}
