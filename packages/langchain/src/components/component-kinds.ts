/** Kinds of components that report no callbacks, and the methods of each that get a span. */

import type { Method } from '@spanline/instrumentation';
import { readEmbedDocuments, readEmbedQuery, readRemoteRun, readRerank, readSearch } from './component-calls.ts';
import { tracedStreamEvents } from './stream-events.ts';
import { tracedMethod } from './traced-method.ts';
import type { Tracing } from './tracing.ts';

/** Makes a traced method from the original one. */
type Wrap = (original: Method) => Method;

/** One kind of component. */
export interface ComponentKind {
  /** The methods that a class of this kind has. */
  readonly identifiedBy: readonly string[];
  readonly methods: (tracing: Tracing) => Readonly<Record<string, Wrap>>;
}

export const EMBEDDINGS: ComponentKind = {
  identifiedBy: ['embedQuery', 'embedDocuments'],
  methods: (tracing) => ({
    embedQuery: tracedMethod(tracing, 'embed', readEmbedQuery),
    embedDocuments: tracedMethod(tracing, 'embed', readEmbedDocuments),
  }),
};

export const VECTOR_STORE: ComponentKind = {
  identifiedBy: ['similaritySearchVectorWithScore'],
  methods(tracing) {
    const search = tracedMethod(tracing, 'search', readSearch);
    return {
      similaritySearch: search,
      similaritySearchWithScore: search,
      similaritySearchVectorWithScore: search,
      maxMarginalRelevanceSearch: search,
    };
  },
};

export const RERANKER: ComponentKind = {
  identifiedBy: ['compressDocuments'],
  methods: (tracing) => ({ compressDocuments: tracedMethod(tracing, 'rerank', readRerank) }),
};

export const CHAT_MODEL: ComponentKind = {
  identifiedBy: ['streamEvents', '_generate', 'bindTools'],
  methods: (tracing) => ({ streamEvents: tracedStreamEvents(tracing) }),
};

/** A graph on another server. Local graphs have the first and the last method, and report callbacks. */
export const REMOTE_GRAPH: ComponentKind = {
  identifiedBy: ['_streamIterator', '_sanitizeConfig', 'getGraphAsync'],
  methods: (tracing) => ({ _streamIterator: tracedMethod(tracing, 'graph', readRemoteRun) }),
};

const KINDS: readonly ComponentKind[] = [EMBEDDINGS, VECTOR_STORE, RERANKER, CHAT_MODEL, REMOTE_GRAPH];

/** True if the object or its class has the method. */
export function hasMethod(target: object, name: string): boolean {
  return typeof (target as Record<string, unknown>)[name] === 'function';
}

/** The kinds of a class, by its prototype. */
export function kindsOf(prototype: object): readonly ComponentKind[] {
  return KINDS.filter(({ identifiedBy }) => identifiedBy.every((name) => hasMethod(prototype, name)));
}
