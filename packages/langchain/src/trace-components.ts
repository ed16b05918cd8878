import { type CaptureSetting, defaultTracer, SpanlineError, type Tracer } from '@spanline/core';
import { createGuard } from '@spanline/instrumentation';
import { readEmbedDocuments, readEmbedQuery, readRerank, readSearch } from './components.ts';
import { checkOptions } from './options.ts';
import { hasMethod, type Method, type Place, replaceMethod } from './replace-method.ts';
import { tracedStreamEvents } from './stream-events.ts';
import { tracedMethod, type Tracing } from './traced-method.ts';

/** Options of {@link traceEmbeddings}, {@link traceVectorStore}, {@link traceReranker} and {@link traceChatModel}. */
export interface TraceOptions {
  /** @defaultValue `defaultTracer()` */
  tracer?: Tracer;
  /** Capture mode or policy of these spans. @defaultValue the context's, else the tracer's */
  capture?: CaptureSetting;
}

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

/** What tells a component of each kind from all else, and its methods. */
const KINDS: readonly (readonly [marks: readonly string[], methods: Wraps])[] = [
  [['embedQuery', 'embedDocuments'], embeddingsMethods],
  [['similaritySearchVectorWithScore'], storeMethods],
  [['compressDocuments'], rerankerMethods],
  [['streamEvents', '_generate', 'bindTools'], modelMethods],
];

const traced = new WeakMap<object, () => void>();

function replaceAll(target: object, place: Place, methods: ReturnType<Wraps>): () => void {
  const undo = Object.entries(methods).map(([name, wrap]) => replaceMethod(target, name, place, wrap));
  return () => {
    for (const putBack of undo) putBack();
  };
}

/** What traced methods write with, from options. */
export function tracingOf({ tracer = defaultTracer(), capture }: TraceOptions): Tracing {
  return { tracer, guard: createGuard(tracer), capture };
}

/** Traces the classes' methods where they are defined, by what the prototype can do. */
export function tracePrototype(prototype: object, tracing: Tracing): () => void {
  const undo = KINDS.filter(([marks]) => marks.every((name) => hasMethod(prototype, name))).map(([, methods]) =>
    replaceAll(prototype, 'class', methods(tracing)),
  );
  return () => {
    for (const putBack of undo) putBack();
  };
}

function trace<T extends object>(component: T, mark: string, methods: Wraps, options: TraceOptions): T {
  checkOptions(options);
  if (typeof component !== 'object' || component === null || !hasMethod(component, mark)) {
    throw new SpanlineError({
      code: 'ERR_INVALID_OPTION',
      option: 'component',
      expected: `an object with ${mark}()`,
      got: component,
    });
  }
  untrace(component);
  const tracing = tracingOf(options);
  if (tracing.tracer.enabled) traced.set(component, replaceAll(component, 'object', methods(tracing)));
  return component;
}

/**
 * Traces an embedding model in place: a span for each `embedQuery` and `embedDocuments`, with the texts, their number and the dimension, never the vectors. Tracing again changes the options; {@link untrace} ends it.
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
 * Traces a vector store in place: a span for each search, with its query, top k and the documents with their scores. Its embedding model is traced by {@link traceEmbeddings}.
 *
 * @returns the same object
 * @throws SpanlineError `ERR_INVALID_OPTION`
 */
export function traceVectorStore<T extends { similaritySearch: unknown }>(store: T, options: TraceOptions = {}): T {
  return trace(store, 'similaritySearch', storeMethods, options);
}

/**
 * Traces a document compressor or reranker in place: a span for each `compressDocuments`, with query, model, the number of documents it was given and the documents it kept.
 *
 * @returns the same object
 * @throws SpanlineError `ERR_INVALID_OPTION`
 */
export function traceReranker<T extends { compressDocuments: unknown }>(compressor: T, options: TraceOptions = {}): T {
  return trace(compressor, 'compressDocuments', rerankerMethods, options);
}

/**
 * Traces what a chat model does not report to callbacks, in place: `model.streamEvents(input)` in its third version. All else of the model reaches a handler.
 *
 * @returns the same object
 * @throws SpanlineError `ERR_INVALID_OPTION`
 */
export function traceChatModel<T extends { streamEvents: unknown }>(model: T, options: TraceOptions = {}): T {
  return trace(model, 'streamEvents', modelMethods, options);
}

/**
 * Takes the tracing of a component away again.
 *
 * @returns the same object
 */
export function untrace<T extends object>(component: T): T {
  traced.get(component)?.();
  traced.delete(component);
  return component;
}
