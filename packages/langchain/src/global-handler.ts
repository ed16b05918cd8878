import { bag, type Guard, text } from '@spanline/instrumentation';
import type { SpanlineCallbackHandler } from './handler.ts';

type Configure = (this: unknown, ...args: unknown[]) => unknown;

/** LangChain's class that makes the callback manager of every run. */
export interface ManagerClass {
  _configureSync: Configure;
}

/** What is used of a callback manager. */
interface Manager {
  readonly handlers: readonly object[];
  addHandler(handler: object, inherit?: boolean): void;
  removeHandler(handler: object): void;
}

function isManager(value: unknown): value is Manager {
  const { handlers, addHandler, removeHandler } = bag(value);
  return Array.isArray(handlers) && typeof addHandler === 'function' && typeof removeHandler === 'function';
}

/** A handler that the application gave goes before the global one, so that a run is told once. */
function join(manager: Manager, handler: SpanlineCallbackHandler): void {
  const ours = manager.handlers.filter((other) => text(bag(other)['name']) === handler.name);
  if (ours.length === 0) manager.addHandler(handler, true);
  else if (ours.length > 1 && ours.includes(handler)) manager.removeHandler(handler);
}

/** True for the classes that can be attached to. */
export function isManagerClass(value: unknown): value is ManagerClass {
  return typeof value === 'function' && typeof (value as Partial<ManagerClass>)._configureSync === 'function';
}

/**
 * Gives `handler` to every run, beside the handlers that the application gives: the method that LangChain makes each run's callback manager with is replaced on the classes given. All arguments are passed on, and what
 * it makes is already a copy of the application's.
 *
 * @returns how to take it away again; what another put on top stays and goes on without the handler
 */
export function attachHandler(
  classes: ReadonlySet<ManagerClass>,
  handler: SpanlineCallbackHandler,
  guard: Guard,
): () => void {
  let isOn = true;
  const undo = [...classes].map((Class) => {
    const original = Class._configureSync;
    const configure: Configure = function (this: unknown, ...args): unknown {
      const made = Reflect.apply(original, this, args);
      if (!isOn) return made;
      // Without any handler LangChain makes none, and would leave out tags and metadata of one made here.
      const manager =
        made ?? guard('langchain global', () => Reflect.apply(original, this, [[handler], ...args.slice(1)]));
      guard('langchain global', () => isManager(manager) && join(manager, handler));
      return manager;
    };
    Class._configureSync = configure;
    return (): void => {
      if (Class._configureSync === configure) Class._configureSync = original;
    };
  });
  return () => {
    isOn = false;
    for (const putBack of undo) putBack();
  };
}
