/** Traces single components that report no callbacks. */

import { patchMethod, sharedState, TRACE_SHAPE, type TraceOptions } from '@spanline/instrumentation';
import { checkOptions, option } from '@spanline/record';
import {
  CHAT_MODEL,
  type ComponentKind,
  EMBEDDINGS,
  hasMethod,
  REMOTE_GRAPH,
  RERANKER,
  VECTOR_STORE,
} from './component-kinds.ts';
import { createTracing } from './tracing.ts';

/** Undo functions by traced object. */
const traced = sharedState('langchain.traced', () => new WeakMap<object, () => void>());

function trace<T extends object>(component: T, required: string, kind: ComponentKind, options: TraceOptions): T {
  checkOptions(TRACE_SHAPE, options);
  const hasRequired = (value: unknown): boolean => typeof value === 'object' && hasMethod(value as object, required);
  const check = option.required(option.like<T>(`an object with ${required}()`, hasRequired));
  checkOptions<{ component: T }>({ component: check }, { component });
  untrace(component);
  const tracing = createTracing(options);
  if (!tracing.tracer.enabled) return component;
  const methods = Object.entries(kind.methods(tracing));
  const patches = methods.map(([name, wrap]) => patchMethod(component, name, wrap, 'object'));
  traced.set(component, () => {
    for (const patch of patches) patch?.undo();
  });
  return component;
}

/**
 * Traces an embedding model in place: a span for each `embedQuery` and `embedDocuments`, with the texts, their number
 * and the dimension, never the vectors. A second call replaces the options; {@link untrace} undoes it.
 *
 * @returns the same object
 * @throws SpanlineError `ERR_INVALID_OPTION`
 */
export function traceEmbeddings<T extends { embedQuery: unknown; embedDocuments: unknown }>(
  embeddings: T,
  options: TraceOptions = {},
): T {
  return trace(embeddings, 'embedQuery', EMBEDDINGS, options);
}

/**
 * Traces a vector store in place: a span for each search, with its query, top k and the documents with their scores.
 * {@link traceEmbeddings} traces its embedding model.
 *
 * @returns the same object
 * @throws SpanlineError `ERR_INVALID_OPTION`
 */
export function traceVectorStore<T extends { similaritySearch: unknown }>(store: T, options: TraceOptions = {}): T {
  return trace(store, 'similaritySearch', VECTOR_STORE, options);
}

/**
 * Traces a document compressor or reranker in place: a span for each `compressDocuments`, with query, model, the number
 * of input documents and the documents kept.
 *
 * @returns the same object
 * @throws SpanlineError `ERR_INVALID_OPTION`
 */
export function traceReranker<T extends { compressDocuments: unknown }>(compressor: T, options: TraceOptions = {}): T {
  return trace(compressor, 'compressDocuments', RERANKER, options);
}

/**
 * Traces `model.streamEvents(input)` of a chat model, third version, in place. LangChain reports no callbacks for it;
 * all other calls reach a handler.
 *
 * @returns the same object
 * @throws SpanlineError `ERR_INVALID_OPTION`
 */
export function traceChatModel<T extends { streamEvents: unknown }>(model: T, options: TraceOptions = {}): T {
  return trace(model, 'streamEvents', CHAT_MODEL, options);
}

/**
 * Traces a graph on another server (`RemoteGraph`) in place: a span for each `invoke` and `stream`, with its input, its
 * thread and the last chunk of its output. LangGraph reports no callbacks for it.
 *
 * @returns the same object
 * @throws SpanlineError `ERR_INVALID_OPTION`
 */
export function traceRemoteGraph<T extends { graphId: string; invoke: unknown }>(
  graph: T,
  options: TraceOptions = {},
): T {
  return trace(graph, '_streamIterator', REMOTE_GRAPH, options);
}

/**
 * Stops tracing a component.
 *
 * @returns the same object
 */
export function untrace<T extends object>(component: T): T {
  traced.get(component)?.();
  traced.delete(component);
  return component;
}
