import { bag, number, text } from '@spanline/instrumentation';
import { first } from './first.ts';
import { SCOPE } from './scope.ts';
import type { ReadCall, TracedCall } from './traced-method.ts';

/** Name of the class of a component: `OpenAIEmbeddings`. */
export function componentName(component: object): string {
  return text((component.constructor as { name?: unknown } | undefined)?.name) ?? 'Object';
}

function modelOf(component: object): string | undefined {
  const { model, modelName, model_name: snake, modelId } = bag(component);
  return text(first(model, modelName, snake, modelId));
}

function embedding(self: object, input: unknown, count: number, vectorOf: (value: unknown) => unknown): TracedCall {
  const model = modelOf(self);
  return {
    options: {
      scope: SCOPE,
      name: `embeddings ${model ?? componentName(self)}`,
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

/** A call of `embeddings.embedQuery(text)`. Vectors are counted, never kept. */
export const readEmbedQuery: ReadCall = (self, [query]) => embedding(self, query, 1, (vector) => vector);

/** A call of `embeddings.embedDocuments(texts)`. */
export const readEmbedDocuments: ReadCall = (self, [texts]) =>
  embedding(self, texts, Array.isArray(texts) ? texts.length : 0, (vectors) =>
    Array.isArray(vectors) ? (vectors as unknown[])[0] : undefined,
  );

/** The inner search of most stores gives pairs of document and score, of which `similaritySearch` leaves the documents. */
function withScores(documents: unknown, inner: unknown): unknown {
  const isSame = Array.isArray(documents) && Array.isArray(inner) && inner.length === documents.length;
  return isSame && (inner as unknown[]).every((pair) => Array.isArray(pair)) ? inner : documents;
}

/** A call of one of a vector store's searches: `(query or vector, k, …)`, `maxMarginalRelevanceSearch(query, { k })`. A vector is never kept. */
export const readSearch: ReadCall = (self, [query, k]) => {
  const { collectionName, indexName, tableName } = bag(self);
  return {
    options: {
      scope: SCOPE,
      name: `vector_search ${componentName(self)}`,
      type: 'retriever',
      attributes: {
        'gen_ai.retrieval.query.text': text(query),
        'gen_ai.retrieval.top_k': number(k) ?? number(bag(k)['k']),
        'gen_ai.data_source.id': text(first(collectionName, indexName, tableName)),
      },
    },
    output: (span, value, inner) => span.output(withScores(value, inner)),
  };
};

/** A call of `compressor.compressDocuments(documents, query)`. */
export const readRerank: ReadCall = (self, [documents, query]) => ({
  options: {
    scope: SCOPE,
    name: `rerank ${componentName(self)}`,
    type: 'reranker',
    attributes: {
      'gen_ai.retrieval.query.text': text(query),
      'gen_ai.request.model': modelOf(self),
      'spanline.rerank.input_count': Array.isArray(documents) ? documents.length : undefined,
    },
  },
  output: (span, kept) => span.output(kept),
});
