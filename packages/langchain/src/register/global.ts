/** Traces every run of the process. */

import { CallbackManager } from '@langchain/core/callbacks/manager';
import { defaultTracer } from '@spanline/core';
import { props, createGuard, sharedState } from '@spanline/instrumentation';
import { checkOptions } from '@spanline/record';
import { SpanlineCallbackHandler } from '../handler.ts';
import { REGISTER_SHAPE, type RegisterOptions } from '../options.ts';
import { commonCopies } from './application-copies.ts';
import { attachHandler, isManagerClass } from './attach-handler.ts';

export type { RegisterOptions } from '../options.ts';

function managerClasses(modules: readonly object[]): Set<object> {
  const found = [CallbackManager, ...[...commonCopies(), ...modules].map((module) => props(module)['CallbackManager'])];
  return new Set(found.filter(isManagerClass));
}

const registration = sharedState('langchain.registration', (): { detach: (() => void) | undefined } => ({
  detach: undefined,
}));

/**
 * Traces every run of LangChain and LangGraph in this process, without a handler in the application's code. The
 * application's handlers stay; if one of them is a {@link SpanlineCallbackHandler}, it records the run instead. A
 * second call replaces the first one.
 *
 * @example
 * ```ts
 * import { createTracer } from '@spanline/core';
 * import { registerGlobally } from '@spanline/langchain/global';
 *
 * const unregister = registerGlobally({ tracer: createTracer() });
 * ```
 *
 * @returns a function that stops it; open runs are recorded to their end
 * @throws SpanlineError `ERR_INVALID_OPTION`
 */
export function registerGlobally(options: RegisterOptions = {}): () => void {
  checkOptions(REGISTER_SHAPE, options);
  const { modules = [], ...handlerOptions } = options;
  const { tracer = defaultTracer() } = options;
  const classes = managerClasses(modules);
  const handler = new SpanlineCallbackHandler({ ...handlerOptions, tracer });
  registration.detach?.();
  const own = tracer.enabled ? attachHandler(classes, handler, createGuard(tracer)) : (): void => undefined;
  registration.detach = own;
  return own;
}
