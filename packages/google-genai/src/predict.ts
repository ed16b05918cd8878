/** `predict`: embeddings of Vertex AI, and pictures of Imagen. Vectors are not recorded. Capture describes pictures. */

import type { MessagePart, SpanAttributes } from '@spanline/core';
import {
  type AnswerReader,
  type ClientCall,
  clientSpan,
  list,
  normalizeUsage,
  number,
  props,
  text,
  toMessages,
  toParts,
  usageAttributes,
  wholeReader,
} from '@spanline/instrumentation';
import type { ModelRequest } from './model-request.ts';

function embeddingAttributes({ model, body }: ModelRequest, texts: readonly string[]): SpanAttributes {
  return {
    'gen_ai.operation.name': 'embeddings',
    'gen_ai.request.model': model,
    'gen_ai.embeddings.dimension.count': number(props(body['parameters'])['outputDimensionality']),
    'spanline.embeddings.input_count': texts.length,
    'spanline.input': texts.length === 1 ? texts[0] : texts,
  };
}

/** Vertex AI counts the tokens of each text. */
function createEmbeddingReader(): AnswerReader {
  return wholeReader((value): SpanAttributes => {
    const embeddings = list(props(value)['predictions']).map((prediction) => props(props(prediction)['embeddings']));
    const counts = embeddings.map(({ statistics }) => number(props(statistics)['token_count']) ?? 0);
    const usage = normalizeUsage({ input_tokens: counts.reduce((sum, count) => sum + count, 0) });
    const { values } = props(embeddings[0]);
    return {
      'gen_ai.embeddings.dimension.count': Array.isArray(values) ? values.length : undefined,
      ...(usage === undefined ? {} : usageAttributes(usage)),
    };
  });
}

function imageAttributes({ model, body }: ModelRequest, prompts: readonly string[]): SpanAttributes {
  const count = number(props(body['parameters'])['sampleCount']);
  return {
    'gen_ai.operation.name': 'generate_content',
    'gen_ai.request.model': model,
    'gen_ai.request.choice.count': count === 1 ? undefined : count,
    'gen_ai.output.type': 'image',
    'gen_ai.input.messages': toMessages(prompts),
  };
}

/** A picture, behind the prompt that Google made of the application's. */
function pictureParts(prediction: unknown): MessagePart[] {
  const { bytesBase64Encoded: content, gcsUri: uri, mimeType, prompt } = props(prediction);
  const mime = text(mimeType) === undefined ? {} : { mime_type: text(mimeType) };
  const parts = toParts(text(prompt));
  if (text(content) !== undefined) parts.push({ type: 'blob', modality: 'image', ...mime, content });
  else if (text(uri) !== undefined) parts.push({ type: 'uri', modality: 'image', uri });
  return parts;
}

function createPictureReader(): AnswerReader {
  return wholeReader((value): SpanAttributes => {
    const parts = list(props(value)['predictions']).flatMap(pictureParts);
    return parts.length === 0 ? {} : { 'gen_ai.output.messages': [{ role: 'assistant', parts }] };
  });
}

/** Reads a request for predictions; `undefined` for a model of the user's own, whose shapes nobody knows. */
export function readPrediction(request: ModelRequest): ClientCall | undefined {
  const instances = list(request.body['instances']).map(props);
  const texts = instances.flatMap(({ content }) => text(content) ?? []);
  if (texts.length > 0) {
    const attributes = Object.assign(embeddingAttributes(request, texts), request.server);
    return { span: clientSpan('embeddings', 'embedding', attributes), reader: createEmbeddingReader() };
  }
  const prompts = instances.flatMap(({ prompt }) => text(prompt) ?? []);
  if (prompts.length === 0) return undefined;
  const attributes = Object.assign(imageAttributes(request, prompts), request.server);
  return { span: clientSpan('generate_content', 'llm', attributes), reader: createPictureReader() };
}
