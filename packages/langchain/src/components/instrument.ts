/** Traces all objects of classes that report no callbacks. */

import { createPatches, sharedState } from '@spanline/instrumentation';
import { checkOptions } from '@spanline/record';
import { INSTRUMENT_SHAPE, type InstrumentOptions } from '../options.ts';
import { kindsOf } from './component-kinds.ts';
import { createTracing } from './tracing.ts';

function prototypesOf(module: object): object[] {
  const members: unknown[] = typeof module === 'function' ? [module] : Object.values(module);
  return members.flatMap((member) => {
    const prototype: unknown = typeof member === 'function' ? member.prototype : undefined;
    return typeof prototype === 'object' && prototype !== null ? [prototype] : [];
  });
}

const installed = sharedState('langchain.instrumented', (): { remove: (() => void) | undefined } => ({
  remove: undefined,
}));

/**
 * Traces all objects of the given classes that report no callbacks: embeddings, vector stores, rerankers and
 * `streamEvents` of chat models. Methods are replaced where they are defined, which may be a base class of other
 * classes. A second call replaces the first one.
 *
 * @example
 * ```ts
 * import * as openai from '@langchain/openai';
 * import { createTracer } from '@spanline/core';
 * import { instrumentLangChain } from '@spanline/langchain';
 *
 * const uninstall = instrumentLangChain({ tracer: createTracer(), modules: [openai] });
 * ```
 *
 * @returns a function that undoes it
 * @throws SpanlineError `ERR_INVALID_OPTION`
 */
export function instrumentLangChain(options: InstrumentOptions): () => void {
  checkOptions(INSTRUMENT_SHAPE, options);
  installed.remove?.();
  const tracing = createTracing(options);
  const patches = createPatches();
  for (const prototype of tracing.tracer.enabled ? options.modules.flatMap(prototypesOf) : []) {
    for (const { methods } of kindsOf(prototype)) {
      for (const [name, wrap] of Object.entries(methods(tracing))) patches.method(prototype, name, wrap);
    }
  }
  installed.remove = () => patches.undo();
  return installed.remove;
}
