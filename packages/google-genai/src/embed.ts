/** `embedContent` and `batchEmbedContents`. Vectors are counted, never kept. */

import type { SpanAttributes } from '@spanline/core';
import {
  type AnswerReader,
  type ClientCall,
  clientSpan,
  list,
  number,
  props,
  text,
  wholeReader,
} from '@spanline/instrumentation';
import type { ModelRequest } from './model-request.ts';

/** The texts of one content; pictures and sound are left out. */
function textsOf(content: unknown): string[] {
  return list(props(content)['parts']).flatMap((part) => text(props(part)['text']) ?? []);
}

function requestAttributes({ model, body }: ModelRequest): SpanAttributes {
  const requests = body['requests'] === undefined ? [body] : list(body['requests']);
  const texts = requests.flatMap((request) => textsOf(props(request)['content']));
  const { outputDimensionality } = props(requests[0]);
  return {
    'gen_ai.operation.name': 'embeddings',
    'gen_ai.request.model': model,
    'gen_ai.embeddings.dimension.count': number(outputDimensionality),
    'spanline.embeddings.input_count': requests.length,
    ...(texts.length === 0 ? {} : { 'spanline.input': texts.length === 1 ? texts[0] : texts }),
  };
}

/** Creates a reader of the number of dimensions. */
function createEmbeddingReader(): AnswerReader {
  return wholeReader((value): SpanAttributes => {
    const { embedding, embeddings } = props(value);
    const { values } = props(embedding ?? list(embeddings)[0]);
    return { 'gen_ai.embeddings.dimension.count': Array.isArray(values) ? values.length : undefined };
  });
}

/** Reads a request for embeddings. */
export function readEmbedding(request: ModelRequest): ClientCall {
  const attributes = Object.assign(requestAttributes(request), request.server);
  return { span: clientSpan('embeddings', 'embedding', attributes), reader: createEmbeddingReader() };
}
