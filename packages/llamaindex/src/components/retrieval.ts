/** Calls of retrievers, vector stores, postprocessors and embedding models. */

import type { SpanAttributes } from '@spanline/core';
import { props, type Props, classNameOf, number, text } from '@spanline/instrumentation';
import { modelOf, providerOf, serverOf } from '../provider/provider.ts';
import { SCOPE } from '../tracing/scope.ts';
import type { TracedCall } from '../tracing/traced-call.ts';

/** The text of a query: a string, parts of a multi-modal one, or an object that holds one. */
export function queryText(query: unknown): string | undefined {
  if (typeof query === 'string') return query;
  if (Array.isArray(query)) {
    const parts = query.map((part) => text(props(part)['text']) ?? '').filter((part) => part !== '');
    return parts.length === 0 ? undefined : parts.join('\n');
  }
  const inner = props(query)['query'];
  return inner === undefined ? text(props(query)['text']) : queryText(inner);
}

/** Reads a call of `retriever.retrieve(params)`. */
export function readRetrieve(retriever: object, args: readonly unknown[]): TracedCall {
  const { topK, similarityTopK } = retriever as Props;
  return {
    options: {
      scope: SCOPE,
      name: `retrieval ${classNameOf(retriever)}`,
      type: 'retriever',
      attributes: {
        'gen_ai.retrieval.query.text': queryText(args[0]),
        'gen_ai.retrieval.top_k': number(props(topK)['TEXT']) ?? number(similarityTopK) ?? number(topK),
      },
    },
    output: (span, nodes) => span.output(nodes),
  };
}

/** A vector store answers with ids and similarities in two lists. */
function matches(result: unknown): { id: string; score?: number }[] {
  const { ids, similarities } = props(result);
  if (!Array.isArray(ids)) return [];
  const scores = Array.isArray(similarities) ? similarities : [];
  return ids.map((id, index) => {
    const score = number(scores[index]);
    return { id: String(id), ...(score === undefined ? {} : { score }) };
  });
}

/** Reads a call of `vectorStore.query(query)`. The vector is never kept. */
export function readVectorQuery(store: object, args: readonly unknown[]): TracedCall {
  const query = props(args[0]);
  return {
    options: {
      scope: SCOPE,
      name: `vector_search ${classNameOf(store)}`,
      type: 'retriever',
      attributes: {
        'gen_ai.retrieval.query.text': text(query['queryStr']),
        'gen_ai.retrieval.top_k': number(query['similarityTopK']),
        'gen_ai.data_source.id': text((store as Props)['collectionName']) ?? text((store as Props)['indexName']),
      },
    },
    output: (span, result) => span.output(matches(result)),
  };
}

/** Reads a call of `postprocessor.postprocessNodes(nodes, query)`: rerankers and filters. */
export function readPostprocess(postprocessor: object, args: readonly unknown[]): TracedCall {
  const attributes: SpanAttributes = {
    'spanline.rerank.input_count': Array.isArray(args[0]) ? args[0].length : undefined,
    'gen_ai.retrieval.query.text': queryText(args[1]),
    'gen_ai.request.model': text((postprocessor as Props)['model']),
  };
  return {
    options: { scope: SCOPE, name: `rerank ${classNameOf(postprocessor)}`, type: 'reranker', attributes },
    output: (span, nodes) => span.set({ 'gen_ai.retrieval.documents': nodes as never }),
  };
}

function embeddingCall(model: object, input: unknown, count: number, first: (value: unknown) => unknown): TracedCall {
  const name = modelOf(model) ?? classNameOf(model);
  const server = serverOf(model);
  return {
    options: {
      scope: SCOPE,
      name: `embeddings ${name}`,
      type: 'embedding',
      input,
      attributes: {
        'server.address': server['server.address'],
        'server.port': server['server.port'],
        'gen_ai.provider.name': providerOf(model),
        'gen_ai.request.model': name,
        'spanline.embeddings.input_count': count,
      },
    },
    output: (span, value) => {
      const vector = first(value);
      if (Array.isArray(vector)) span.set({ 'gen_ai.embeddings.dimension.count': vector.length });
    },
  };
}

/** Reads a call of `embedding.getQueryEmbedding(query)`. */
export function readQueryEmbedding(model: object, args: readonly unknown[]): TracedCall {
  return embeddingCall(model, queryText(args[0]) ?? queryText([args[0]]), 1, (vector) => vector);
}

/** Reads a call of `embedding.getTextEmbeddingsBatch(texts)`. */
export function readBatchEmbedding(model: object, args: readonly unknown[]): TracedCall {
  const texts = Array.isArray(args[0]) ? args[0] : [];
  return embeddingCall(model, texts, texts.length, (vectors) => (Array.isArray(vectors) ? vectors[0] : undefined));
}
