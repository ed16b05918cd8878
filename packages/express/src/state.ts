import type { Exchange } from './exchange.ts';
import type { MatchedLayer } from './mount-path.ts';

/** What this package knows about a request or a response. */
export interface MessageState {
  exchange: Exchange | undefined;
  /** `req.params` as the router assigned it last. */
  params: unknown;
  /** `req.route`, likewise. */
  route: unknown;
  /** Layers with parameters that enclose what runs now, outermost first. */
  layers: MatchedLayer[];
  /** Template of the route matched last. */
  template: string | undefined;
}

const KEY = Symbol.for('spanline.express.state');

/**
 * Beside the messages, not on them: Express gives every message a prototype of its own making, after which a first own property costs as much as the rest of the middleware (measured:
 * 5–7 µs each on request and response). Shared between installed copies of this package, so that a request mounted under both is one span.
 */
function shared(): WeakMap<object, MessageState> {
  const host = globalThis as { [KEY]?: WeakMap<object, MessageState> };
  return (host[KEY] ??= new WeakMap());
}

const states = shared();

/** What is known about a message. */
export function stateOf(message: object): MessageState | undefined {
  return states.get(message);
}

/** The same, made when nothing is. */
export function requestState(message: object): MessageState {
  let state = states.get(message);
  if (state === undefined) {
    state = { exchange: undefined, params: undefined, route: undefined, layers: [], template: undefined };
    states.set(message, state);
  }
  return state;
}
