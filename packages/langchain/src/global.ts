import { CallbackManager } from '@langchain/core/callbacks/manager';
import { defaultTracer, SpanlineError } from '@spanline/core';
import { bag, createGuard } from '@spanline/instrumentation';
import { commonCopies } from './application-copies.ts';
import { attachHandler, isManagerClass, type ManagerClass } from './global-handler.ts';
import { SpanlineCallbackHandler } from './handler.ts';
import type { SpanlineCallbackHandlerOptions } from './options.ts';

/** Options of {@link registerGlobally}. */
export interface RegisterOptions extends SpanlineCallbackHandlerOptions {
  /** Further copies of `@langchain/core/callbacks/manager` in this process, where neither this package nor the working directory finds the application's (a bundle, a second version). */
  modules?: readonly object[];
}

function managerClasses(modules: unknown): Set<ManagerClass> {
  if (!Array.isArray(modules)) {
    throw new SpanlineError({ code: 'ERR_INVALID_OPTION', option: 'modules', expected: 'a list', got: modules });
  }
  const found = [CallbackManager, ...[...commonCopies(), ...modules].map((module) => bag(module)['CallbackManager'])];
  return new Set(found.filter(isManagerClass));
}

let detach: (() => void) | undefined;

/**
 * Traces every run of LangChain and LangGraph in this process, without a handler in the application's code. Handlers that the application gives stay; where it gives a {@link SpanlineCallbackHandler} itself, that one
 * tells the run. Registering again replaces the former registration.
 *
 * @example
 * ```ts
 * import { createTracer } from '@spanline/core';
 * import { registerGlobally } from '@spanline/langchain/global';
 *
 * const unregister = registerGlobally({ tracer: createTracer() });
 * ```
 *
 * @returns how to take it away again; runs under way are told to their end
 * @throws SpanlineError `ERR_INVALID_OPTION`
 */
export function registerGlobally({ modules = [], ...options }: RegisterOptions = {}): () => void {
  const { tracer = defaultTracer() } = options;
  const classes = managerClasses(modules);
  const handler = new SpanlineCallbackHandler({ ...options, tracer });
  detach?.();
  const own = tracer.enabled ? attachHandler(classes, handler, createGuard(tracer)) : (): void => undefined;
  detach = own;
  return own;
}
