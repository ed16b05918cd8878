import type { SpanAttributes } from '@spanline/core';
import { type AnswerReader, type Bag, bag, list, number, text } from '@spanline/instrumentation';
import { answerFacts } from './answer-facts.ts';

const BYTES_PER_FLOAT = 4;

/** Texts or token lists; a single one is not in a list of its own. */
function inputCount(input: unknown): number | undefined {
  if (input === undefined) return undefined;
  return Array.isArray(input) && typeof input[0] !== 'number' ? input.length : 1;
}

/** What a request for embeddings asks for. Token lists are no content that anybody reads. */
export function embeddingFacts(body: Bag): SpanAttributes {
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

/** The client asks for base64 and decodes it after it was read here. */
function dimensions(embedding: unknown): number | undefined {
  if (Array.isArray(embedding)) return embedding.length;
  return typeof embedding === 'string' ? Buffer.byteLength(embedding, 'base64') / BYTES_PER_FLOAT : undefined;
}

/** Reads the answers of `/embeddings`; vectors are counted, never kept. */
export function createEmbeddingReader(): AnswerReader {
  return {
    whole(value): SpanAttributes {
      const answer = bag(value);
      return {
        ...answerFacts(answer),
        'gen_ai.embeddings.dimension.count': dimensions(bag(list(answer['data'])[0])['embedding']),
      };
    },
    chunk: () => 'event',
    gathered: () => ({}),
  };
}
