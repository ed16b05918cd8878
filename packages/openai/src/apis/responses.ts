/** `/responses`. */

import type { Message, SpanAttributes } from '@spanline/core';
import {
  clientSpan,
  type AnswerReader,
  type Props,
  props,
  type ClientCall,
  createResponseItems,
  responseParts,
  storedPromptAttributes,
  text,
  toMessages,
  toParts,
} from '@spanline/instrumentation';
import { answerAttributes } from './answer.ts';
import { type BackgroundAnswers, isFinal } from './background.ts';
import { type ApiRequest, requestAttributes } from './request.ts';

function inputMessage(value: unknown): Message[] {
  const item = props(value);
  if (text(item['role']) !== undefined) return toMessages([item]);
  const parts = toParts([item]);
  const role = text(item['type'])?.endsWith('_output') === true ? 'tool' : 'assistant';
  return parts.length === 0 ? [] : [{ role, parts }];
}

/** `instructions` and `input` of a request, and the conversation that it continues. */
function responsesInput(body: Props): SpanAttributes {
  const { input, instructions, conversation } = body;
  const messages = Array.isArray(input) ? input.flatMap(inputMessage) : toMessages(input);
  return {
    'gen_ai.conversation.id': text(conversation) ?? text(props(conversation)['id']),
    ...(input === undefined ? {} : { 'gen_ai.input.messages': messages }),
    ...(text(instructions) === undefined ? {} : { 'gen_ai.system_instructions': toParts(instructions) }),
    ...storedPromptAttributes(body['prompt']),
  };
}

function finishReason(answer: Props): string | undefined {
  if (!isFinal(answer['status'])) return undefined;
  return text(props(answer['incomplete_details'])['reason']) ?? text(answer['status']);
}

/** Reads an answer in any state. */
function responseAttributes(answer: Props): SpanAttributes {
  const parts = responseParts(answer);
  const reason = finishReason(answer);
  return {
    ...answerAttributes(answer),
    'gen_ai.response.status': text(answer['status']),
    'gen_ai.response.finish_reasons': reason === undefined ? undefined : [reason],
    ...storedPromptAttributes(answer['prompt']),
    ...(parts.length === 0 ? {} : { 'gen_ai.output.messages': [{ role: 'assistant', parts }] }),
  };
}

function toFailure(error: unknown): unknown {
  const { code, message } = props(error);
  return { name: text(code) ?? 'response_failed', code, message: text(message) ?? 'The response failed.' };
}

/** Creates a reader of answers: whole, or as the events of a stream, the last of which has the whole answer. */
function createResponsesReader(note: (answer: SpanAttributes) => void = () => undefined): AnswerReader {
  const items = createResponseItems();
  let attributes: SpanAttributes = {};
  let failure: unknown;

  const read = (answer: Props): SpanAttributes => {
    attributes = { ...attributes, ...responseAttributes(answer) };
    if (answer['status'] === 'failed') failure = toFailure(answer['error']);
    note(attributes);
    return attributes;
  };

  return {
    whole: (value) => read(props(value)),
    chunk(value): 'content' | 'event' {
      const event = props(value);
      const type = text(event['type']) ?? '';
      if (event['response'] !== undefined) read(props(event['response']));
      if (type === 'error') failure = toFailure(event);
      return items.add(event) ? 'content' : 'event';
    },
    gathered(): SpanAttributes {
      if (attributes['gen_ai.output.messages'] !== undefined) return attributes;
      const parts = items.parts();
      return parts.length === 0
        ? attributes
        : { ...attributes, 'gen_ai.output.messages': [{ role: 'assistant', parts }] };
    },
    failure: () => failure,
  };
}

function spanOf(operation: string, { body, server }: ApiRequest): ClientCall['span'] {
  const attributes = Object.assign(requestAttributes(body), server, responsesInput(body));
  return clientSpan(operation, 'llm', attributes);
}

/** Reads a request for an answer. */
export function readResponse(request: ApiRequest, background: BackgroundAnswers): ClientCall {
  const note = request.body['background'] === true ? background.note : undefined;
  return { span: spanOf('chat', request), reader: createResponsesReader(note) };
}

/** Reads a request that shortens a conversation. */
export function readCompaction(request: ApiRequest): ClientCall {
  return { span: spanOf('compact', request), reader: createResponsesReader() };
}

/** Reads a request for an answer that was started in the background. It is billed once, however often it is fetched. */
export function readFetch({ server }: ApiRequest, background: BackgroundAnswers): ClientCall {
  const attributes = { ...server, 'gen_ai.operation.name': 'fetch_response' };
  return {
    span: clientSpan('fetch_response', 'llm', attributes),
    reader: createResponsesReader(),
    isWritten: background.take,
  };
}
