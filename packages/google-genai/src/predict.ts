/** `predict`: embeddings of Vertex AI, and pictures of Imagen. Pictures and vectors are not recorded. */

import type { SpanAttributes } from '@spanline/core';
import {
  type AnswerReader,
  type ClientCall,
  clientSpan,
  list,
  normalizeUsage,
  number,
  props,
  text,
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

function imageAttributes({ model, body }: ModelRequest): SpanAttributes {
  const count = number(props(body['parameters'])['sampleCount']);
  return {
    'gen_ai.operation.name': 'generate_content',
    'gen_ai.request.model': model,
    'gen_ai.request.choice.count': count === 1 ? undefined : count,
    'gen_ai.output.type': 'image',
  };
}

/** Reads a request for predictions; `undefined` for a model of the user's own, whose shapes nobody knows. */
export function readPrediction(request: ModelRequest): ClientCall | undefined {
  const instances = list(request.body['instances']).map(props);
  const texts = instances.flatMap(({ content }) => text(content) ?? []);
  if (texts.length > 0) {
    const attributes = Object.assign(embeddingAttributes(request, texts), request.server);
    return { span: clientSpan('embeddings', 'embedding', attributes), reader: createEmbeddingReader() };
  }
  if (!instances.some(({ prompt }) => text(prompt) !== undefined)) return undefined;
  const attributes = Object.assign(imageAttributes(request), request.server);
  return { span: clientSpan('generate_content', 'llm', attributes), reader: wholeReader(() => ({})) };
}
