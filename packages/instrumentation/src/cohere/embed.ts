/** Cohere's `embed`. Vectors are counted, never kept. */

import { list, number, props, type Props, type SpanAttributes, text } from '@spanline/record';
import { embeddingDimensions } from '../answers/vectors.ts';
import type { ClientCall } from '../client/call.ts';
import { wholeReader } from '../client/whole-reader.ts';
import { clientSpan } from '../provider/client-span.ts';

/** Texts of inputs that mix texts and pictures. */
function mixedTexts(inputs: unknown): unknown[] {
  const blocks = list(inputs).flatMap((input) => list(props(input)['content']));
  return blocks.flatMap((block) => text(props(block)['text']) ?? []);
}

function requestAttributes(body: Props): SpanAttributes {
  const { texts, images, inputs, output_dimension: dimension, embedding_types: types } = body;
  const asked = texts === undefined ? mixedTexts(inputs) : list(texts);
  return {
    'gen_ai.request.model': text(body['model']),
    'gen_ai.embeddings.dimension.count': number(dimension),
    'gen_ai.request.encoding_formats': list(types).length === 0 ? undefined : list(types).map(String),
    'spanline.embeddings.input_count': list(texts ?? images ?? inputs).length,
    ...(asked.length === 0 ? {} : { 'spanline.input': asked }),
  };
}

/**
 * Reads a request for embeddings.
 *
 * @param facts - provider and server, and the model where the body has none
 */
export function readCohereEmbed(body: Props, facts: SpanAttributes): ClientCall {
  return {
    span: clientSpan('embeddings', 'embedding', Object.assign(requestAttributes(body), facts)),
    reader: wholeReader((value): SpanAttributes => {
      const id = text(props(value)['id']);
      return { 'gen_ai.response.id': id, 'gen_ai.embeddings.dimension.count': embeddingDimensions(value) };
    }),
  };
}
