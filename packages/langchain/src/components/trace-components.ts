/** Traces components that report no callbacks, one object or class at a time. */

import { defaultTracer } from '@spanline/core';
import { createGuard, sharedState } from '@spanline/instrumentation';
import { checkOptions, SpanlineError } from '@spanline/record';
import { TRACE_SHAPE, type TraceOptions } from '../options.ts';
import { readEmbedDocuments, readEmbedQuery, readRerank, readSearch } from './component-calls.ts';
import { hasMethod, type Method, type PatchTarget, replaceMethod } from './replace-method.ts';
import { tracedStreamEvents } from './stream-events.ts';
import { tracedMethod, type Tracing } from './traced-method.ts';

type Wraps = (tracing: Tracing) => Readonly<Record<string, (original: Method) => Method>>;

const embeddingsMethods: Wraps = (tracing) => ({
  embedQuery: tracedMethod(tracing, 'embed', readEmbedQuery),
  embedDocuments: tracedMethod(tracing, 'embed', readEmbedDocuments),
});

const storeMethods: Wraps = (tracing) => {
  const search = tracedMethod(tracing, 'search', readSearch);
  return {
    similaritySearch: search,
    similaritySearchWithScore: search,
    similaritySearchVectorWithScore: search,
    maxMarginalRelevanceSearch: search,
  };
};

const rerankerMethods: Wraps = (tracing) => ({ compressDocuments: tracedMethod(tracing, 'rerank', readRerank) });

const modelMethods: Wraps = (tracing) => ({ streamEvents: tracedStreamEvents(tracing) });

/** Kinds of components: the methods that identify one, and the methods that are traced. */
const KINDS: readonly (readonly [identifiedBy: readonly string[], methods: Wraps])[] = [
  [['embedQuery', 'embedDocuments'], embeddingsMethods],
  [['similaritySearchVectorWithScore'], storeMethods],
  [['compressDocuments'], rerankerMethods],
  [['streamEvents', '_generate', 'bindTools'], modelMethods],
];

/** Undo functions by traced object. */
const traced = sharedState('langchain.traced', () => new WeakMap<object, () => void>());

function replaceAll(target: object, where: PatchTarget, methods: ReturnType<Wraps>): () => void {
  const undo = Object.entries(methods).map(([name, wrap]) => replaceMethod(target, name, where, wrap));
  return () => {
    for (const putBack of undo) putBack();
  };
}

/** Prepares tracing from options. */
export function tracingOf({ tracer = defaultTracer(), capture }: TraceOptions): Tracing {
  return { tracer, guard: createGuard(tracer), capture };
}

/**
 * Traces a class by its prototype. Methods are replaced where they are defined, which may be a base class. Returns a
 * function that undoes it.
 */
export function tracePrototype(prototype: object, tracing: Tracing): () => void {
  const undo = KINDS.filter(([identifiedBy]) => identifiedBy.every((name) => hasMethod(prototype, name))).map(
    ([, methods]) => replaceAll(prototype, 'class', methods(tracing)),
  );
  return () => {
    for (const putBack of undo) putBack();
  };
}

function trace<T extends object>(component: T, method: string, methods: Wraps, options: TraceOptions): T {
  checkOptions(TRACE_SHAPE, options);
  if (typeof component !== 'object' || component === null || !hasMethod(component, method)) {
    throw new SpanlineError({
      code: 'ERR_INVALID_OPTION',
      option: 'component',
      expected: `an object with ${method}()`,
      got: component,
    });
  }
  untrace(component);
  const tracing = tracingOf(options);
  if (tracing.tracer.enabled) traced.set(component, replaceAll(component, 'object', methods(tracing)));
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
  return trace(embeddings, 'embedQuery', embeddingsMethods, options);
}

/**
 * Traces a vector store in place: a span for each search, with its query, top k and the documents with their scores.
 * {@link traceEmbeddings} traces its embedding model.
 *
 * @returns the same object
 * @throws SpanlineError `ERR_INVALID_OPTION`
 */
export function traceVectorStore<T extends { similaritySearch: unknown }>(store: T, options: TraceOptions = {}): T {
  return trace(store, 'similaritySearch', storeMethods, options);
}

/**
 * Traces a document compressor or reranker in place: a span for each `compressDocuments`, with query, model, the number
 * of input documents and the documents kept.
 *
 * @returns the same object
 * @throws SpanlineError `ERR_INVALID_OPTION`
 */
export function traceReranker<T extends { compressDocuments: unknown }>(compressor: T, options: TraceOptions = {}): T {
  return trace(compressor, 'compressDocuments', rerankerMethods, options);
}

/**
 * Traces `model.streamEvents(input)` of a chat model, third version, in place. LangChain reports no callbacks for it;
 * all other calls reach a handler.
 *
 * @returns the same object
 * @throws SpanlineError `ERR_INVALID_OPTION`
 */
export function traceChatModel<T extends { streamEvents: unknown }>(model: T, options: TraceOptions = {}): T {
  return trace(model, 'streamEvents', modelMethods, options);
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
