import { defaultTracer, type CaptureSetting, type Tracer } from '@spanline/core';
import { createGuard, createPatches } from '@spanline/instrumentation';
import { createCallTracer } from './call.ts';
import { instrumentModule } from './modules.ts';
import { checkOptions, type InstrumentOptions } from './options.ts';
import { createReach } from './reach.ts';
import { followTracer, forgetWorkflows } from './workflows.ts';

/** Takes the instrumentation away again. */
export interface Uninstall {
  (): void;
  [Symbol.dispose](): void;
  /**
   * Traces a component that you call directly: an LLM, an embedding model, a vector store, a retriever, a tool, a postprocessor, an agent. It is changed in place, with the others of its class where the class has the method.
   *
   * @returns the same object
   */
  observe<T extends object>(component: T): T;
}

/**
 * Traces LlamaIndexTS: query engines, retrievers, embeddings, vector stores, postprocessors, synthesisers, chat engines, agents, tools and LLMs, of the library, of its providers and of your own. Methods are replaced
 * in place on their classes; results, errors, streams and `this` stay what they are. Instrumenting again replaces the former instrumentation, so that nothing is traced twice.
 *
 * @example
 * ```ts
 * import { createTracer } from '@spanline/core';
 * import { instrumentLlamaIndex } from '@spanline/llamaindex';
 *
 * const uninstall = instrumentLlamaIndex({ tracer: createTracer(), streamUsage: true });
 * // …
 * uninstall();
 * ```
 *
 * @returns how to take it away again
 * @throws SpanlineError `ERR_INVALID_OPTION`
 */
export type InstrumentLlamaIndex = (options?: InstrumentOptions) => Uninstall;

/** The one instrumentation of the process. */
interface Installed {
  instrument(module: object): void;
  remove(): void;
}

let installed: Installed | undefined;

const DISPOSE: typeof Symbol.dispose = Symbol.dispose ?? Symbol.for('Symbol.dispose');

/** The tracer, with a capture mode of its own for the spans that are started through it. */
function withCapture(tracer: Tracer, capture: CaptureSetting | undefined): Tracer {
  if (capture === undefined) return tracer;
  const startSpan: Tracer['startSpan'] = (span) =>
    tracer.startSpan({ capture, ...(typeof span === 'string' ? { name: span } : span) });
  return Object.assign(Object.create(tracer) as Tracer, { startSpan });
}

/** Traces a module of LlamaIndex that was loaded later, if an instrumentation is in force. */
export function addModule(module: unknown): void {
  if (typeof module === 'object' && module !== null) installed?.instrument(module);
}

/** Instruments; the caller brings in the copies of LlamaIndex that its host uses with {@link addModule}. */
export function install(options: InstrumentOptions = {}): Uninstall {
  checkOptions(options);
  const tracer = withCapture(options.tracer ?? defaultTracer(), options.capture);
  installed?.remove();
  const guard = createGuard(tracer);
  const patches = createPatches();
  const calls = createCallTracer(tracer, guard, options.include);
  const reach = createReach({ tracer, guard, patches, calls, streamUsage: options.streamUsage ?? false });
  const observe = <T>(component: T): T => {
    if (calls.isActive()) guard('llamaindex observe', () => reach.component(component));
    return component;
  };
  const current: Installed = {
    instrument(module): void {
      if (calls.isActive()) guard('llamaindex module', () => instrumentModule(module, reach, patches, observe));
    },
    remove(): void {
      calls.stop();
      patches.undo();
      if (installed === current) installed = undefined;
    },
  };
  installed = current;
  followTracer(tracer);
  for (const module of options.modules ?? []) addModule(module);
  const uninstall = (): void => {
    const last = installed === current;
    current.remove();
    if (last) forgetWorkflows();
  };
  return Object.assign(uninstall, { observe, [DISPOSE]: uninstall });
}
