import { types } from 'node:util';
import { bag, type Bag } from '@spanline/instrumentation';

/** A step of a workflow, as the application wrote it. */
export type Handler = (...args: unknown[]) => unknown;

/** One call of one of a workflow's handlers, as the workflow's own hook tells it. */
export interface HandlerCall {
  readonly handler: Handler;
  /** The events that it asked for. */
  readonly inputEvents?: unknown;
  /** Those that came. */
  readonly inputs?: unknown;
}

/** What is told of a run of a workflow. */
export interface RunWatcher {
  /** An event was sent, before any handler gets it. */
  sent(event: unknown): void;
  /** A handler is about to run: call `next` with the call, or with one in its place. */
  handled(call: HandlerCall, next: (call: HandlerCall) => void): void;
}

function subscribe(source: unknown, listener: (...args: never[]) => void): void {
  (bag(source)['subscribe'] as (callback: unknown) => void)(listener);
}

/** Listens where the workflow itself tells its middleware of events and handlers. */
export function watchContext(context: Bag, { sent, handled }: RunWatcher): void {
  subscribe(context['__internal__call_send_event'], sent);
  subscribe(context['__internal__call_context'], handled);
}

/** The call with another handler. It has accessors that must not run, so it is not copied. */
export function withHandler(call: HandlerCall, handler: Handler): HandlerCall {
  return Object.create(call, { handler: { value: handler } }) as HandlerCall;
}

/** The handler, with its end told. What it returns is what it returned: a rejection that nobody handles stays one. */
export function watchHandler(
  handler: Handler,
  done: (value: unknown) => void,
  failed: (error: unknown) => void,
): Handler {
  return function handle(this: unknown, ...args): unknown {
    let result: unknown;
    try {
      result = Reflect.apply(handler, this, args);
    } catch (error) {
      failed(error);
      throw error;
    }
    if (types.isPromise(result)) void Promise.prototype.then.call(result, done, failed);
    else done(result);
    return result;
  };
}
