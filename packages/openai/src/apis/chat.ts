/** `/chat/completions` and `/completions`. */

import type { SpanAttributes } from '@spanline/core';
import { type AnswerReader, props, type ClientCall, list, text, toMessages } from '@spanline/instrumentation';
import { answerAttributes } from './answer.ts';
import { type Choice, createStreamedChoices } from './chat-stream.ts';
import { type ApiRequest, clientSpan, requestAttributes } from './request.ts';
import { askForUsage, needsUsage } from './stream-usage.ts';

function wholeChoice(value: unknown): Choice {
  const { message, text: completion, finish_reason: reason } = props(value);
  const given = message === undefined ? { role: 'assistant', content: completion } : props(message);
  const content = given['content'] ?? text(given['refusal']) ?? props(given['audio'])['transcript'] ?? null;
  const [converted] = toMessages([content === given['content'] ? given : { ...given, content }]);
  return { message: converted ?? { role: 'assistant', parts: [] }, reason: text(reason) };
}

function outputAttributes(choices: readonly Choice[]): SpanAttributes {
  const reasons = choices.map(({ reason }) => reason).filter((reason) => reason !== undefined);
  const messages = choices.map(({ message, reason }) =>
    reason === undefined ? message : { ...message, finish_reason: reason },
  );
  return {
    'gen_ai.response.finish_reasons': reasons.length === 0 ? undefined : reasons,
    ...(messages.length === 0 ? {} : { 'gen_ai.output.messages': messages }),
  };
}

function createChatReader(): AnswerReader {
  const choices = createStreamedChoices();
  let attributes: SpanAttributes = {};
  return {
    whole(value): SpanAttributes {
      const answer = props(value);
      return { ...answerAttributes(answer), ...outputAttributes(list(answer['choices']).map(wholeChoice)) };
    },
    chunk(value): 'content' | 'event' {
      const chunk = props(value);
      const known = Object.entries(answerAttributes(chunk)).filter(([, attribute]) => attribute !== undefined);
      attributes = { ...attributes, ...Object.fromEntries(known) };
      return list(chunk['choices']).map(choices.add).includes(true) ? 'content' : 'event';
    },
    gathered: () => ({ ...attributes, ...outputAttributes(choices.gathered()) }),
  };
}

function completion(
  operation: string,
  { client, body, server }: ApiRequest,
  input: unknown,
  asks: boolean,
): ClientCall {
  const attributes = Object.assign(requestAttributes(body), server, {
    'gen_ai.operation.name': operation,
    'gen_ai.input.messages': input === undefined ? undefined : toMessages(input),
  });
  const span = clientSpan(operation, 'llm', body['model'], attributes);
  const reader = createChatReader();
  return asks && needsUsage(client, body, server) ? { span, reader, rewrite: askForUsage(body) } : { span, reader };
}

/** Reads a chat completion. */
export function readChat(request: ApiRequest, streamUsage: boolean): ClientCall {
  return completion('chat', request, request.body['messages'], streamUsage);
}

/** Reads a legacy completion. */
export function readCompletion(request: ApiRequest, streamUsage: boolean): ClientCall {
  return completion('text_completion', request, request.body['prompt'], streamUsage);
}
