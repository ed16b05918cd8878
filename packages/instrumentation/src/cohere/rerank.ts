/**
 * Cohere's `rerank`, and those of Amazon, Jina and Voyage, which copy it. The tracer counts the documents and their
 * scores.
 */

import { list, number, props, type Props, type SpanAttributes, text } from '@spanline/record';
import type { ClientCall } from '../client/call.ts';
import { wholeReader } from '../client/whole-reader.ts';
import { clientSpan } from '../provider/client-span.ts';

/** The documents that were chosen, in their new order. */
function rankedDocuments(results: readonly unknown[], documents: readonly unknown[]): object[] {
  return results.map((result) => {
    const { index, relevance_score: score } = props(result);
    const document = documents[number(index) ?? -1];
    return { id: String(index), score: number(score), content: text(document) ?? text(props(document)['text']) };
  });
}

/** True for the body of a request to rank documents. */
export const isCohereRerank = ({ query, documents }: Props): boolean =>
  text(query) !== undefined && list(documents).length > 0;

/**
 * Reads a request to rank documents.
 *
 * @param facts - provider and server, and the model where the body has none
 */
export function readCohereRerank(body: Props, facts: SpanAttributes): ClientCall {
  const documents = list(body['documents']);
  const attributes: SpanAttributes = {
    'gen_ai.request.model': text(body['model']),
    'gen_ai.retrieval.top_k': number(body['top_n']) ?? number(body['top_k']),
    'gen_ai.retrieval.query.text': text(body['query']),
    'spanline.rerank.input_count': documents.length,
  };
  return {
    span: clientSpan('rerank', 'reranker', Object.assign(attributes, facts)),
    reader: wholeReader((value): SpanAttributes => {
      const { id, results, data } = props(value);
      const ranked = list(results ?? data);
      return {
        'gen_ai.response.id': text(id),
        'gen_ai.retrieval.documents': rankedDocuments(ranked, documents),
      };
    }),
  };
}
