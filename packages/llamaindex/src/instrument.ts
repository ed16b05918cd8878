import { defaultTracer, type CaptureSetting, type Tracer } from '@spanline/core';
import { createGuard } from '@spanline/core/source';
import * as llamaindex from 'llamaindex';
import { bag, type Bag } from './bag.ts';
import { createCallTracer } from './call.ts';
import { checkOptions, type InstrumentOptions } from './options.ts';
import { createPatches, type Patches } from './patches.ts';
import { createReach, type Reach } from './reach.ts';
import { withWorkflowModule } from './workflow-module.ts';

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

/** Classes whose methods are the ways into LlamaIndex; all else is reached from them. */
const CARRIERS = [
  'BaseQueryEngine',
  'RetrieverQueryEngine',
  'RouterQueryEngine',
  'SubQuestionQueryEngine',
  'ContextChatEngine',
  'SimpleChatEngine',
  'CondenseQuestionChatEngine',
  'BaseRetriever',
  'BaseSynthesizer',
  'BaseEmbedding',
  'AgentWorkflow',
  'FunctionAgent',
  'AgentRunner',
  'LLMSingleSelector',
  'LLMMultiSelector',
  'IngestionPipeline',
  'NodeParser',
] as const;

/** Classes that build an index by a static method. */
const INDEXES = ['VectorStoreIndex', 'SummaryIndex', 'KeywordTableIndex'] as const;

function instrumentModule(module: Bag, reach: Reach): void {
  for (const name of CARRIERS) reach.prototype(bag(module[name])['prototype']);
  for (const name of INDEXES) reach.index(module[name]);
}

/** What the application takes from `Settings` to call by itself is traced when it takes it. */
function instrumentSettings(module: Bag, patches: Patches, observe: (component: unknown) => void): void {
  const settings = module['Settings'];
  if (typeof settings !== 'object' || settings === null) return;
  for (const name of ['llm', 'embedModel']) {
    patches.getter(
      settings,
      name,
      (original) =>
        function get(this: object): unknown {
          const value: unknown = Reflect.apply(original, this, []);
          observe(value);
          return value;
        },
    );
  }
}

let installed: Uninstall | undefined;

const DISPOSE: typeof Symbol.dispose = Symbol.dispose ?? Symbol.for('Symbol.dispose');

/** The tracer, with a capture mode of its own for the spans that are started through it. */
function withCapture(tracer: Tracer, capture: CaptureSetting | undefined): Tracer {
  if (capture === undefined) return tracer;
  const startSpan: Tracer['startSpan'] = (span) =>
    tracer.startSpan({ capture, ...(typeof span === 'string' ? { name: span } : span) });
  return Object.assign(Object.create(tracer) as Tracer, { startSpan });
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
export function instrumentLlamaIndex(options: InstrumentOptions = {}): Uninstall {
  checkOptions(options);
  installed?.();
  const tracer = withCapture(options.tracer ?? defaultTracer(), options.capture);
  const guard = createGuard(tracer);
  const patches = createPatches();
  const calls = createCallTracer(tracer, guard);
  const reach = createReach({ tracer, guard, patches, calls, streamUsage: options.streamUsage ?? false });
  const observe = <T>(component: T): T => {
    if (calls.isActive()) guard('llamaindex observe', () => reach.component(component));
    return component;
  };
  const instrument = (module: object): void => {
    if (!calls.isActive()) return;
    instrumentModule(module as Bag, reach);
    instrumentSettings(module as Bag, patches, observe);
  };
  for (const module of [llamaindex, ...(options.modules ?? [])]) instrument(module);
  withWorkflowModule((module) => guard('llamaindex workflow', () => instrument(module)));
  const uninstall = (): void => {
    calls.stop();
    patches.undo();
    if (installed === handle) installed = undefined;
  };
  const handle = Object.assign(uninstall, { observe, [DISPOSE]: uninstall });
  installed = handle;
  return handle;
}
