/** Cohere's `embed`. Vectors are counted, never kept. */

import type { SpanAttributes } from '@spanline/core';
import {
  type ClientCall,
  clientSpan,
  list,
  number,
  type Props,
  props,
  text,
  wholeReader,
} from '@spanline/instrumentation';

const inputsOf = ({ texts, images, inputs }: Props): unknown => texts ?? images ?? inputs;

/** Lists of vectors, or an object with one for each type. */
function dimensionsOf(embeddings: unknown): number | undefined {
  const vectors = Array.isArray(embeddings) ? embeddings : props(embeddings)['float'];
  const [first] = list(vectors);
  return Array.isArray(first) ? first.length : undefined;
}

/** Reads a request for embeddings. */
export function readEmbed(body: Props, server: SpanAttributes): ClientCall {
  const attributes: SpanAttributes = {
    'gen_ai.request.model': text(body['model']),
    'gen_ai.embeddings.dimension.count': number(body['output_dimension']),
    'spanline.embeddings.input_count': list(inputsOf(body)).length,
    ...(body['texts'] === undefined ? {} : { 'spanline.input': body['texts'] }),
  };
  return {
    span: clientSpan('embeddings', 'embedding', Object.assign(attributes, server)),
    reader: wholeReader((value): SpanAttributes => {
      const { id, embeddings } = props(value);
      return { 'gen_ai.response.id': text(id), 'gen_ai.embeddings.dimension.count': dimensionsOf(embeddings) };
    }),
  };
}
