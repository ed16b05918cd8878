import { SpanlineError } from '@spanline/core';
import { checkOptions } from './options.ts';
import { tracePrototype, type TraceOptions, tracingOf } from './trace-components.ts';

/** Options of {@link instrumentLangChain}. */
export interface InstrumentOptions extends TraceOptions {
  /** Classes, or modules whose exported classes are meant: `[OpenAIEmbeddings]`, `[await import('@langchain/openai')]`. */
  modules: readonly object[];
}

function prototypesOf(module: object): object[] {
  const members: unknown[] = typeof module === 'function' ? [module] : Object.values(module);
  return members.flatMap((member) => {
    const prototype: unknown = typeof member === 'function' ? member.prototype : undefined;
    return typeof prototype === 'object' && prototype !== null ? [prototype] : [];
  });
}

let remove: (() => void) | undefined;

/**
 * Traces what LangChain reports to no callback, for every object of the classes given: embeddings, vector stores, rerankers and `streamEvents` of chat models. Methods are replaced where they are defined, which may be a
 * base class that others share. Instrumenting again replaces the former instrumentation.
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
 * @returns how to take it away again
 * @throws SpanlineError `ERR_INVALID_OPTION`
 */
export function instrumentLangChain({ modules, ...options }: InstrumentOptions): () => void {
  checkOptions(options);
  if (!Array.isArray(modules)) {
    throw new SpanlineError({ code: 'ERR_INVALID_OPTION', option: 'modules', expected: 'a list', got: modules });
  }
  remove?.();
  const tracing = tracingOf(options);
  const prototypes = tracing.tracer.enabled ? modules.flatMap((module) => prototypesOf(module as object)) : [];
  const undo = prototypes.map((prototype) => tracePrototype(prototype, tracing));
  const own = (): void => {
    for (const putBack of undo.splice(0).toReversed()) putBack();
  };
  remove = own;
  return own;
}
