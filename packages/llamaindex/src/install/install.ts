/** Installs the instrumentation: one in a process, even with several copies of this package. */

import { type CaptureSetting, defaultTracer, type Tracer } from '@spanline/core';
import { checkOptions, createGuard, createPatches, sharedState } from '@spanline/instrumentation';
import { createReach } from '../reach/reach.ts';
import { createCallTracer } from '../tracing/traced-call.ts';
import { untraceWorkflows, useTracer } from '../workflows/trace-workflow.ts';
import { instrumentModule } from './instrument-module.ts';
import { INSTRUMENT_SHAPE, type InstrumentOptions } from './options.ts';

/** Uninstalls the instrumentation. */
export interface Uninstall {
  (): void;
  [Symbol.dispose](): void;
  /**
   * Traces a component that you call directly: an LLM, an embedding model, a vector store, a retriever, a tool, a
   * postprocessor, an agent. Its methods are replaced in place, for all objects of its class if the class defines them.
   *
   * @returns the same object
   */
  observe<T extends object>(component: T): T;
}

/**
 * Traces LlamaIndexTS: query engines, retrievers, embeddings, vector stores, postprocessors, synthesisers, chat
 * engines, agents, tools and LLMs, of the library, of its providers and of your own. Methods are replaced in place on
 * their classes. Results, errors, streams and `this` stay what they are. Instrumenting again replaces the former
 * instrumentation, so that nothing is traced twice.
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
 * @returns a function that uninstalls it
 * @throws SpanlineError `ERR_INVALID_OPTION`
 */
export type InstrumentLlamaIndex = (options?: InstrumentOptions) => Uninstall;

/** The instrumentation in force. */
interface Installed {
  /** Modules of LlamaIndex that it traces. */
  readonly modules: ReadonlySet<object>;
  instrument(module: object): void;
  remove(): void;
}

/** Two copies of this package may each load a LlamaIndex of its own: the last one to install traces both. */
const shared = sharedState<{ installed?: Installed | undefined }>('llamaindex.installed', () => ({}));

const DISPOSE: typeof Symbol.dispose = Symbol.dispose ?? Symbol.for('Symbol.dispose');

/** A tracer that starts its spans with a capture mode of their own. */
function withCapture(tracer: Tracer, capture: CaptureSetting | undefined): Tracer {
  if (capture === undefined) return tracer;
  const startSpan: Tracer['startSpan'] = (span) =>
    tracer.startSpan({ capture, ...(typeof span === 'string' ? { name: span } : span) });
  return Object.assign(Object.create(tracer) as Tracer, { startSpan });
}

/** Traces a module of LlamaIndex, if an instrumentation is in force. */
export function addModule(module: unknown): void {
  if (typeof module === 'object' && module !== null) shared.installed?.instrument(module);
}

/** Installs the instrumentation. The caller adds the copies of LlamaIndex that its host uses with {@link addModule}. */
export function install(options: InstrumentOptions = {}): Uninstall {
  checkOptions(INSTRUMENT_SHAPE, options);
  const tracer = withCapture(options.tracer ?? defaultTracer(), options.capture);
  const former = shared.installed;
  former?.remove();
  const guard = createGuard(tracer);
  const patches = createPatches();
  const calls = createCallTracer(tracer, guard, options.include);
  const reach = createReach({ tracer, guard, patches, calls, streamUsage: options.streamUsage ?? false });
  const modules = new Set<object>();
  const observe = <T>(component: T): T => {
    if (calls.isActive()) guard('llamaindex observe', () => reach.component(component));
    return component;
  };
  const current: Installed = {
    modules,
    instrument(module): void {
      modules.add(module);
      if (calls.isActive()) guard('llamaindex module', () => instrumentModule(module, reach, patches, observe));
    },
    remove(): void {
      calls.stop();
      patches.undo();
      if (shared.installed === current) shared.installed = undefined;
    },
  };
  shared.installed = current;
  useTracer(tracer);
  for (const module of [...(former?.modules ?? []), ...(options.modules ?? [])]) addModule(module);
  const uninstall = (): void => {
    const isInForce = shared.installed === current;
    current.remove();
    if (isInForce) untraceWorkflows();
  };
  return Object.assign(uninstall, { observe, [DISPOSE]: uninstall });
}
