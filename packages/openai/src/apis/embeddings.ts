/** `/embeddings`. Vectors are counted, never kept. */

import type { SpanAttributes } from '@spanline/core';
import {
  clientSpan,
  type AnswerReader,
  type Props,
  props,
  type ClientCall,
  embeddingDimensions,
  list,
  number,
  text,
  wholeReader,
} from '@spanline/instrumentation';
import { answerAttributes } from './answer.ts';
import type { ApiRequest } from './request.ts';

/** The number of texts or token lists. A single one is not in a list. */
function inputCount(input: unknown): number | undefined {
  if (input === undefined) return undefined;
  return Array.isArray(input) && typeof input[0] !== 'number' ? input.length : 1;
}

/** Token lists are not recorded as content. */
function embeddingAttributes(body: Props): SpanAttributes {
  const { input } = body;
  const isText = typeof input === 'string' || typeof list(input)[0] === 'string';
  return {
    'gen_ai.request.model': text(body['model']),
    'gen_ai.embeddings.dimension.count': number(body['dimensions']),
    'spanline.embeddings.input_count': inputCount(input),
    ...(text(body['encoding_format']) === undefined
      ? {}
      : { 'gen_ai.request.encoding_formats': [body['encoding_format'] as string] }),
    ...(isText ? { 'spanline.input': input } : {}),
  };
}

/** The client asks for base64, and decodes it after it is read here. */
function createEmbeddingReader(): AnswerReader {
  return wholeReader((value): SpanAttributes => {
    const answer = props(value);
    return {
      ...answerAttributes(answer),
      'gen_ai.embeddings.dimension.count': embeddingDimensions(answer),
    };
  });
}

/** Reads a request for embeddings. */
export function readEmbeddings({ body, server }: ApiRequest): ClientCall {
  const attributes = Object.assign(embeddingAttributes(body), server);
  return { span: clientSpan('embeddings', 'embedding', attributes), reader: createEmbeddingReader() };
}
