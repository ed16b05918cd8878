/** Embeddings of Amazon (Titan, Nova) and TwelveLabs (Marengo). Vectors are counted, never kept. */

import type { SpanAttributes } from '@spanline/core';
import {
  type AnswerReader,
  type ClientCall,
  clientSpan,
  embeddingDimensions,
  list,
  number,
  type Props,
  props,
  text,
  wholeReader,
} from '@spanline/instrumentation';
import { createMakerReader } from './maker-answer.ts';

/** Ids of models that embed: `amazon.titan-embed-text-v2:0`, `amazon.nova-2-multimodal-embeddings-v1:0`. */
const EMBEDS = /\bembed/;

/** Ids that name no model: those of profiles and of models of the application's own. */
const OPAQUE = /:(?:application-inference-profile|provisioned-model|custom-model-deployment|custom-model)\//;

/** True for a request to embed, by its keys or by the id of its model. */
export function isEmbedding(modelId: string, body: Props): boolean {
  if (EMBEDS.test(modelId)) return true;
  const { inputText, inputType, taskType, textGenerationConfig } = body;
  if (body['embeddingConfig'] !== undefined || body['embeddingTypes'] !== undefined) return true;
  if (text(taskType)?.endsWith('_EMBEDDING') === true) return true;
  if (inputType !== undefined && body['messages'] === undefined) return true;
  // Titan's text models have the same key. Amazon has retired them.
  return text(inputText) !== undefined && textGenerationConfig === undefined && OPAQUE.test(modelId);
}

/** True for a request in Cohere's shape. */
export const isCohereEmbedding = ({ texts, input_type: type }: Props): boolean =>
  Array.isArray(texts) || text(type) !== undefined;

/** Nova keeps what is embedded in an object that is named after the task. */
function taskOf(body: Props): Props {
  const { singleEmbeddingParams, segmentedEmbeddingParams } = body;
  return { ...body, ...props(singleEmbeddingParams ?? segmentedEmbeddingParams) };
}

function requestAttributes(body: Props): SpanAttributes {
  const { inputText, dimensions, embeddingTypes, embeddingConfig, embeddingDimension, text: inner } = taskOf(body);
  const { value, inputText: innerText } = props(inner);
  const asked = text(inputText) ?? text(value) ?? text(innerText);
  const types = list(embeddingTypes);
  return {
    'gen_ai.operation.name': 'embeddings',
    'gen_ai.embeddings.dimension.count': number(
      dimensions ?? embeddingDimension ?? props(embeddingConfig)['outputEmbeddingLength'],
    ),
    'gen_ai.request.encoding_formats': types.length === 0 ? undefined : types.map(String),
    'spanline.embeddings.input_count': 1,
    ...(asked === undefined ? {} : { 'spanline.input': asked }),
  };
}

/** An answer without vectors is the one of a model that writes. */
function createEmbeddingReader(): AnswerReader {
  return wholeReader((value): SpanAttributes => {
    const dimensions = embeddingDimensions(value);
    return dimensions === undefined
      ? createMakerReader().whole(value)
      : { 'gen_ai.embeddings.dimension.count': dimensions };
  });
}

/** Reads a request for embeddings. */
export function readEmbedding(body: Props, facts: SpanAttributes): ClientCall {
  const attributes = Object.assign(requestAttributes(body), facts);
  return { span: clientSpan('embeddings', 'embedding', attributes), reader: createEmbeddingReader() };
}
