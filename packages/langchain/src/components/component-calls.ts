/** Calls of components that report no callbacks: what a call was given, and what it returned. */

import type { SpanAttributes } from '@spanline/core';
import { props, classNameOf, number, text } from '@spanline/instrumentation';
import { readable } from '../objects/readable.ts';
import { conversationId } from '../objects/tags.ts';
import { SCOPE } from '../scope.ts';
import type { ReadCall, TracedCall } from './traced-method.ts';

function modelOf(component: object): string | undefined {
  const { model, modelName, model_name: snake, modelId } = props(component);
  return text(model ?? modelName ?? snake ?? modelId);
}

function embedding(self: object, input: unknown, count: number, vectorOf: (value: unknown) => unknown): TracedCall {
  const model = modelOf(self);
  return {
    options: {
      scope: SCOPE,
      name: `embeddings ${model ?? classNameOf(self)}`,
      type: 'embedding',
      input,
      attributes: { 'gen_ai.request.model': model, 'spanline.embeddings.input_count': count },
    },
    output(span, value): void {
      const vector = vectorOf(value);
      const isVector = Array.isArray(vector) || ArrayBuffer.isView(vector);
      if (isVector) span.set({ 'gen_ai.embeddings.dimension.count': (vector as unknown[]).length });
    },
  };
}

/** Reads `embeddings.embedQuery(text)`. Vectors are counted, never kept. */
export const readEmbedQuery: ReadCall = (self, [query]) => embedding(self, query, 1, (vector) => vector);

/** Reads `embeddings.embedDocuments(texts)`. */
export const readEmbedDocuments: ReadCall = (self, [texts]) =>
  embedding(self, texts, Array.isArray(texts) ? texts.length : 0, (vectors) =>
    Array.isArray(vectors) ? (vectors as unknown[])[0] : undefined,
  );

/** Most stores search for pairs of document and score inside; `similaritySearch` returns the documents alone. */
function withScores(documents: unknown, inner: unknown): unknown {
  const isSame = Array.isArray(documents) && Array.isArray(inner) && inner.length === documents.length;
  return isSame && (inner as unknown[]).every((pair) => Array.isArray(pair)) ? inner : documents;
}

/**
 * Reads a search of a vector store: `(query or vector, k, …)` or `maxMarginalRelevanceSearch(query, { k })`. A query
 * vector is never kept.
 */
export const readSearch: ReadCall = (self, [query, k]) => {
  const { collectionName, indexName, tableName } = props(self);
  return {
    options: {
      scope: SCOPE,
      name: `vector_search ${classNameOf(self)}`,
      type: 'retriever',
      attributes: {
        'gen_ai.retrieval.query.text': text(query),
        'gen_ai.retrieval.top_k': number(k) ?? number(props(k)['k']),
        'gen_ai.data_source.id': text(collectionName ?? indexName ?? tableName),
      } satisfies SpanAttributes,
    },
    output: (span, value, inner) => span.output(withScores(value, inner)),
  };
};

/**
 * Reads a run of a graph on another server: `graph._streamIterator(input, config)`, beneath `invoke` and `stream`. The
 * output is the last chunk.
 */
export const readRemoteRun: ReadCall = (self, [input, config]) => {
  const { graphId, name: given, config: bound } = props(self);
  const configurable = { ...props(props(bound)['configurable']), ...props(props(config)['configurable']) };
  const name = text(props(config)['runName']) ?? text(given) ?? text(graphId) ?? classNameOf(self);
  const thread = conversationId(configurable);
  return {
    options: {
      scope: SCOPE,
      name: `invoke_agent ${name}`,
      type: 'agent',
      kind: 'CLIENT',
      input: readable(input),
      attributes: { 'gen_ai.agent.name': name, 'spanline.langgraph.thread_id': thread },
    },
    conversation: thread,
    output: (span, chunks) => span.output(readable(Array.isArray(chunks) ? (chunks as unknown[]).at(-1) : chunks)),
  };
};

/** Reads `compressor.compressDocuments(documents, query)`. */
export const readRerank: ReadCall = (self, [documents, query]) => ({
  options: {
    scope: SCOPE,
    name: `rerank ${classNameOf(self)}`,
    type: 'reranker',
    attributes: {
      'gen_ai.retrieval.query.text': text(query),
      'gen_ai.request.model': modelOf(self),
      'spanline.rerank.input_count': Array.isArray(documents) ? documents.length : undefined,
    } satisfies SpanAttributes,
  },
  output: (span, kept) => span.output(kept),
});
