/** State of requests that have closed. */

import { sharedState } from '@spanline/instrumentation';

/** Where a request that has closed keeps its state. */
interface ClosedStates {
  get(req: object): object | undefined;
  /** Returns false for a request that has no place for it. */
  put(req: object, state: object): boolean;
}

/** The state of Node's streams, which each message has for its whole life; `undefined` for a `Request` of the Web. */
function streamState(req: object): object | undefined {
  const state: unknown = Reflect.get(req, '_readableState');
  return typeof state === 'object' && state !== null ? state : undefined;
}

/** A base class whose instances are the objects that they are made of: a class below it gives them private fields. */
const Same = function (target: object): object {
  return target;
} as unknown as new (target: object) => object;

/** A private field on an object of another class: nothing else sees it, and no table has to find it. */
class Closed extends Same {
  readonly #state: object;

  constructor(target: object, state: object) {
    super(target);
    this.#state = state;
  }

  static of(target: object): object | undefined {
    return #state in target ? target.#state : undefined;
  }
}

/**
 * The values of a weak map outlive minor collections, whether their keys are alive or not: the state and the span of
 * each request would be copied (measured: a tenth of what a request costs). So a request takes its state out of the map
 * when it closes. What still runs then, such as `req.log` in work after the response, finds it at the stream of the
 * message.
 */
export const closedStates: ClosedStates = sharedState('http-closed-requests', () => ({
  get(req) {
    const target = streamState(req);
    return target === undefined ? undefined : Closed.of(target);
  },
  put(req, state) {
    const target = streamState(req);
    if (target === undefined || Closed.of(target) !== undefined) return false;
    return Closed.of(new Closed(target, state)) === state;
  },
}));
