/** Attaches a handler to every run, by the method that LangChain makes each run's callback manager with. */

import { props, type Guard, type Method, patchMethod, text } from '@spanline/instrumentation';
import type { SpanlineCallbackHandler } from '../handler.ts';

const CONFIGURE = '_configureSync';

/** A callback manager of a run. */
interface Manager {
  readonly handlers: readonly object[];
  addHandler(handler: object, inherit?: boolean): void;
  removeHandler(handler: object): void;
}

function isManager(value: unknown): value is Manager {
  const { handlers, addHandler, removeHandler } = props(value);
  return Array.isArray(handlers) && typeof addHandler === 'function' && typeof removeHandler === 'function';
}

/** Adds the handler. If the application passes a handler of its own, that one records the run. */
function addTo(manager: Manager, handler: SpanlineCallbackHandler): void {
  const ours = manager.handlers.filter((other) => text(props(other)['name']) === handler.name);
  if (ours.length === 0) manager.addHandler(handler, true);
  else if (ours.length > 1 && ours.includes(handler)) manager.removeHandler(handler);
}

/** True for a `CallbackManager` class. */
export function isManagerClass(value: unknown): value is object {
  return typeof value === 'function' && typeof (value as { [CONFIGURE]?: unknown })[CONFIGURE] === 'function';
}

/**
 * Adds `handler` to every run, beside the application's handlers. Replaces `_configureSync` of the classes; it returns
 * a copy of the application's manager, which is safe to change.
 *
 * @returns a function that detaches the handler
 */
export function attachHandler(
  classes: ReadonlySet<object>,
  handler: SpanlineCallbackHandler,
  guard: Guard,
): () => void {
  const wrap = (original: Method): Method =>
    function configure(...args): unknown {
      const made = Reflect.apply(original, this, args);
      // Without a handler LangChain makes no manager. One that is made here would lack tags and metadata.
      const manager =
        made ?? guard('langchain global', () => Reflect.apply(original, this, [[handler], ...args.slice(1)]));
      guard('langchain global', () => isManager(manager) && addTo(manager, handler));
      return manager;
    };
  const patches = [...classes].map((Class) => patchMethod(Class, CONFIGURE, wrap));
  return () => {
    for (const patch of patches) patch?.undo();
  };
}
