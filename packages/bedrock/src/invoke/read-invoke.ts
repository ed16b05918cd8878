/** `InvokeModel` and `InvokeModelWithResponseStream`: each maker's own shape. */

import {
  type ClientCall,
  clientSpan,
  isCohereRerank,
  type Props,
  readCohereChat,
  readCohereEmbed,
  readCohereRerank,
  text,
} from '@spanline/instrumentation';
import { decodeBody } from '../invoke-body.ts';
import { modelAttributes } from '../request.ts';
import { isCohereEmbedding, isEmbedding, readEmbedding } from './embeddings.ts';
import { guardedAnswer } from './guarded-answer.ts';
import { createMakerReader } from './maker-answer.ts';
import { makerAttributes } from './maker-request.ts';
import { isPicture, readPicture } from './pictures.ts';

/** Cohere's chat has the question beside what was said before. */
const isCohereChat = ({ message, messages }: Props): boolean => text(message) !== undefined && messages === undefined;

function generation(body: Props, facts: ReturnType<typeof modelAttributes>): ClientCall {
  if (isCohereChat(body)) return readCohereChat(body, facts);
  const attributes = Object.assign(makerAttributes(body), facts);
  const operation = attributes['gen_ai.operation.name'] ?? 'chat';
  return { span: clientSpan(operation, 'llm', attributes), reader: createMakerReader() };
}

/** Reads the invocation of a model. */
export function readInvoke(input: Props, isStreamed: boolean): ClientCall {
  const body = decodeBody(input['body']);
  const facts = modelAttributes(input, isStreamed);
  const modelId = String(input['modelId']);
  if (isCohereRerank(body)) return readCohereRerank(body, facts);
  if (isCohereEmbedding(body)) return readCohereEmbed(body, facts);
  if (!isStreamed && isEmbedding(modelId, body)) return readEmbedding(body, facts);
  if (!isStreamed && isPicture(modelId, body)) return readPicture(body, facts);
  const { span, reader } = generation(body, facts);
  return { span, reader: guardedAnswer(reader) };
}
