/** `InvokeModel` and `InvokeModelWithResponseStream`: each maker's own shape. */

import type { SpanAttributes } from '@spanline/core';
import {
  type AnswerReader,
  type ClientCall,
  clientSpan,
  createAnswerContent,
  createTextBuffer,
  isObject,
  list,
  number,
  type Props,
  props,
  stopSequences,
  text,
  textMessage,
  toMessages,
  toParts,
  wholeReader,
} from '@spanline/instrumentation';
import { createConverseReader } from './converse.ts';
import { decodeBody } from './invoke-body.ts';
import { modelAttributes } from './request.ts';
import { makerTools } from './tools.ts';

/** Models that embed, by their ids: `amazon.titan-embed-text-v2:0`, `cohere.embed-multilingual-v3`. */
const EMBEDS = /\bembed|-embed-/;

/** The limits and the temperature have a name for each maker, and some makers keep them in an object. */
function parametersOf(body: Props): SpanAttributes {
  const config = { ...body, ...props(body['inferenceConfig']), ...props(body['textGenerationConfig']) };
  const limit = config['max_tokens'] ?? config['maxTokens'] ?? config['maxTokenCount'] ?? config['max_gen_len'];
  return {
    'gen_ai.request.max_tokens': number(limit),
    'gen_ai.request.temperature': number(config['temperature']),
    'gen_ai.request.top_p': number(config['top_p'] ?? config['topP']),
    'gen_ai.request.top_k': number(config['top_k'] ?? config['topK']),
    'gen_ai.request.stop_sequences': stopSequences(config['stop_sequences'] ?? config['stopSequences']),
  };
}

/** Cohere keeps the conversation so far apart from the message. */
function chatHistory(history: unknown): readonly unknown[] {
  return list(history).map((entry) => {
    const { role, message } = props(entry);
    return { role: role === 'CHATBOT' ? 'assistant' : String(role).toLowerCase(), content: message };
  });
}

function inputMessages({ messages, prompt, inputText, message, chat_history: history }: Props): SpanAttributes {
  if (messages !== undefined) return { 'gen_ai.input.messages': toMessages(messages) };
  const asked = text(prompt) ?? text(inputText) ?? text(message);
  if (asked === undefined) return {};
  return { 'gen_ai.input.messages': toMessages([...chatHistory(history), { role: 'user', content: asked }]) };
}

function generationAttributes(input: Props, isStreamed: boolean): SpanAttributes {
  const body = decodeBody(input['body']);
  const { system } = body;
  return {
    ...modelAttributes(input, isStreamed),
    'gen_ai.operation.name': body['messages'] === undefined ? 'text_completion' : 'chat',
    ...parametersOf(body),
    'gen_ai.tool.definitions': makerTools(body),
    'gen_ai.system_instructions': system === undefined ? undefined : toParts(system),
    ...inputMessages(body),
  };
}

/** Keys under which the makers keep a whole answer that is a text and nothing else. */
function plainText(body: Props): string | undefined {
  const { generation, outputText, completion, text: answer } = body;
  const first = firstOf(body);
  const own = text(generation) ?? text(outputText) ?? text(completion) ?? text(answer);
  return own ?? text(first['outputText']) ?? text(first['text']) ?? text(props(first['data'])['text']);
}

/** The first of several answers that are texts. */
function firstOf({ results, outputs, generations, completions }: Props): Props {
  return props(list(results)[0] ?? list(outputs)[0] ?? list(generations)[0] ?? list(completions)[0]);
}

function reasonOf(body: Props): string | undefined {
  const first = { ...firstOf(body), ...props(list(body['choices'])[0]) };
  const { stop_reason: reason, completionReason, finish_reason: finish, finishReason, delta } = { ...first, ...body };
  const reported = text(reason) ?? text(completionReason) ?? text(finish) ?? text(props(finishReason)['reason']);
  return reported ?? text(props(delta)['stop_reason']);
}

/** Creates a reader of answers: whole, or in pieces. */
function createMakerReader(): AnswerReader {
  const content = createAnswerContent();
  const plain = createTextBuffer();
  let reason: string | undefined;
  let id: string | undefined;
  let model: string | undefined;

  function add(body: Props): 'content' | 'event' {
    const message = props(body['message']);
    id ??= text(body['id']) ?? text(message['id']);
    model ??= text(body['model']) ?? text(message['model']);
    reason = reasonOf(body) ?? reason;
    const piece = plainText(body);
    if (piece === undefined) content.add(body);
    else plain.add(piece);
    return piece !== undefined || body['type'] === 'content_block_delta' || Array.isArray(body['choices'])
      ? 'content'
      : 'event';
  }

  function gathered(): SpanAttributes {
    const answer = plain.toString();
    const messages = answer === '' ? content.messages() : [textMessage('assistant', answer)];
    const finished = messages.map((message) =>
      reason === undefined ? message : { ...message, finish_reason: reason },
    );
    return {
      'gen_ai.response.id': id,
      'gen_ai.response.model': model,
      'gen_ai.response.finish_reasons': reason === undefined ? undefined : [reason],
      ...(finished.length === 0 ? {} : { 'gen_ai.output.messages': finished }),
    };
  }

  return {
    whole(value): SpanAttributes {
      add(props(value));
      return gathered();
    },
    chunk: (value) => add(props(value)),
    gathered,
  };
}

/** Keys of the answers and events of Nova, which have the shape of `Converse`. */
const NOVA = ['output', 'messageStart', 'contentBlockStart', 'contentBlockDelta', 'contentBlockStop', 'messageStop'];

/** Creates a reader that finds the shape with the first piece. */
function createInvokeReader(): AnswerReader {
  let reader: AnswerReader | undefined;
  const readerOf = (piece: unknown): AnswerReader =>
    (reader ??= NOVA.some((key) => isObject(props(piece)[key])) ? createConverseReader() : createMakerReader());
  return {
    whole: (value) => readerOf(value).whole(value),
    chunk: (value) => readerOf(value).chunk(value),
    gathered: () => reader?.gathered() ?? {},
  };
}

function embeddingAttributes(input: Props): SpanAttributes {
  const body = decodeBody(input['body']);
  const { inputText, texts, dimensions, output_dimension: dimension } = body;
  const given = inputText ?? texts;
  return {
    ...modelAttributes(input, false),
    'gen_ai.operation.name': 'embeddings',
    'gen_ai.embeddings.dimension.count': number(dimensions ?? dimension),
    'spanline.embeddings.input_count': Array.isArray(given) ? given.length : 1,
    ...(given === undefined ? {} : { 'spanline.input': given }),
  };
}

/** Vectors are counted, never kept. */
function createEmbeddingReader(): AnswerReader {
  return wholeReader((value): SpanAttributes => {
    const { embedding, embeddings } = props(value);
    const { float } = props(embeddings);
    const vector = embedding ?? list(float ?? embeddings)[0];
    return { 'gen_ai.embeddings.dimension.count': Array.isArray(vector) ? vector.length : undefined };
  });
}

/** Reads the invocation of a model. */
export function readInvoke(input: Props, isStreamed: boolean): ClientCall {
  if (EMBEDS.test(String(input['modelId']))) {
    return { span: clientSpan('embeddings', 'embedding', embeddingAttributes(input)), reader: createEmbeddingReader() };
  }
  const attributes = generationAttributes(input, isStreamed);
  const operation = attributes['gen_ai.operation.name'] ?? 'chat';
  return { span: clientSpan(operation, 'llm', attributes), reader: createInvokeReader() };
}
