/** The hooks of `@llamaindex/workflow-core`: events and handlers of a context. */

import { types } from 'node:util';
import { props, type Props } from '@spanline/instrumentation';

/** A handler of a workflow: a step, as the application wrote it. */
export type Handler = (...args: unknown[]) => unknown;

/** One call of a handler, as the workflow's hook reports it. */
export interface HandlerCall {
  readonly handler: Handler;
  /** Types of the events that the handler waits for. */
  readonly inputEvents?: unknown;
  /** The events that arrived. */
  readonly inputs?: unknown;
}

/** Observes the runs of a context. */
export interface RunWatcher {
  /** An event was sent. Called before any handler gets it. */
  sent(event: unknown): void;
  /** A handler is about to run. Must call `next` with the call, or with another one in its place. */
  handled(call: HandlerCall, next: (call: HandlerCall) => void): void;
}

function subscribe(source: unknown, listener: (...args: never[]) => void): void {
  (props(source)['subscribe'] as (callback: unknown) => void)(listener);
}

/** Subscribes to the hooks that the workflow has for its own middleware. */
export function watchContext(context: Props, { sent, handled }: RunWatcher): void {
  subscribe(context['__internal__call_send_event'], sent);
  subscribe(context['__internal__call_context'], handled);
}

/** The call with another handler. It inherits from the original one, whose accessors must not run. */
export function withHandler(call: HandlerCall, handler: Handler): HandlerCall {
  return Object.create(call, { handler: { value: handler } }) as HandlerCall;
}

/**
 * Wraps a handler to report its end. The result is returned as it is: a rejection that nobody handles stays unhandled.
 */
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
