/** State of requests. */

import type { ServerResponse } from 'node:http';
import type { Tracer } from '@spanline/core';
import { sharedState } from '@spanline/instrumentation';
import { closedStates } from './closed-states.ts';
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
  /** Of many requests, which have nothing else: never written to. */
  readonly isShared: boolean;
}

function createState(logger: Logger | undefined, isShared: boolean): RequestState {
  return {
    exchange: undefined,
    template: undefined,
    logger,
    assignedLog: undefined,
    log: undefined,
    assignedId: undefined,
    response: undefined,
    own: undefined,
    isShared,
  };
}

/**
 * State lives beside the request, not on it: Express gives every message a prototype of its own, after which the first
 * own property of a message is slow (measured: 5–7 µs). All adapters and all installed copies share it: a request that
 * passes several of them is one span.
 */
const states = sharedState('http-requests', () => new WeakMap<object, RequestState>());

/** The state of a request, if it has one. @param req - Node's message, or the `Request` of the Web */
export function stateOf(req: object): RequestState | undefined {
  return states.get(req) ?? (closedStates.get(req) as RequestState | undefined);
}

/** Keeps the state of a closed request with the request itself, if that is Node's message. */
export function releaseState(req: object, state: RequestState): void {
  if (closedStates.put(req, state)) states.delete(req);
}

/** The state of a request, created if it has none of its own. */
export function requestState(req: object): RequestState {
  let state = stateOf(req);
  if (state === undefined || state.isShared) {
    state = createState(state?.logger, false);
    states.set(req, state);
  }
  return state;
}

/**
 * Notes the tracer's logger for requests that an adapter has seen and that get no span: such requests share one state
 * until something is written to it.
 *
 * @param logger - returns the tracer's logger, which is another one once the default tracer has changed
 */
export function loggerNote(logger: () => Logger): (req: object) => void {
  let shared: RequestState | undefined;
  return (req) => {
    const state = stateOf(req);
    if (state?.logger !== undefined) return;
    const current = logger();
    if (state !== undefined) state.logger = current;
    else states.set(req, shared?.logger === current ? shared : (shared = createState(current, true)));
  };
}

/** The exchange of a request; `undefined` if it has no span. */
export function exchangeOf(req: object): Exchange | undefined {
  return stateOf(req)?.exchange;
}
