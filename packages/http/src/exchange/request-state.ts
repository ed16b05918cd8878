/** State of requests. */

import type { ServerResponse } from 'node:http';
import type { Tracer } from '@spanline/core';
import { sharedState } from '@spanline/instrumentation';
import type { Exchange } from './exchange.ts';

type Logger = Tracer['logger'];

/** State of a request. */
export interface RequestState {
  exchange: Exchange | undefined;
  /** Template of the route that was matched last. */
  template: string | undefined;
  /** The tracer's logger, once an adapter has seen the request. */
  logger: Logger | undefined;
  /** The logger that something else assigned to the request. */
  assignedLog: unknown;
  /** The logger of the request, made of another one. */
  log: { readonly of: unknown; readonly bound: unknown } | undefined;
  /** The id that something else assigned to the request. */
  assignedId: unknown;
  /** Node's response, for frameworks whose requests do not lead to it. */
  response: ServerResponse | undefined;
  /** State that only the adapter of one framework knows. */
  own: object | undefined;
}

/**
 * State lives beside the request, not on it: Express gives every message a prototype of its own, after which the first
 * own property of a message is slow (measured: 5–7 µs). All adapters and all installed copies share it: a request that
 * passes several of them is one span.
 */
const states = sharedState('http-requests', () => new WeakMap<object, RequestState>());

/** The state of a request, if it has one. @param req - Node's message, or the `Request` of the Web */
export function stateOf(req: object): RequestState | undefined {
  return states.get(req);
}

/** The state of a request, created if it has none. */
export function requestState(req: object): RequestState {
  let state = states.get(req);
  if (state === undefined) {
    state = {
      exchange: undefined,
      template: undefined,
      logger: undefined,
      assignedLog: undefined,
      log: undefined,
      assignedId: undefined,
      response: undefined,
      own: undefined,
    };
    states.set(req, state);
  }
  return state;
}

/** The exchange of a request; `undefined` if it has no span. */
export function exchangeOf(req: object): Exchange | undefined {
  return states.get(req)?.exchange;
}
