/** `/chat/completions` and `/completions`. */

import type { SpanAttributes } from '@spanline/core';
import {
  clientSpan,
  type AnswerReader,
  type Choice,
  type ClientCall,
  createStreamedChoices,
  list,
  props,
  type StreamedChoices,
  text,
  toMessages,
  wholeChoice,
} from '@spanline/instrumentation';
import { answerAttributes } from './answer.ts';
import { type ApiRequest, requestAttributes } from './request.ts';
import { askForUsage, needsUsage } from './stream-usage.ts';

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
  let streamed: StreamedChoices | undefined;
  let id: string | undefined;
  let model: string | undefined;
  return {
    whole(value): SpanAttributes {
      const answer = props(value);
      const choices = list(answer['choices']).map((choice) => wholeChoice(choice, answer));
      return { ...answerAttributes(answer), ...outputAttributes(choices) };
    },
    chunk(value): 'content' | 'event' {
      const chunk = props(value);
      id = text(chunk['id']) ?? id;
      model = text(chunk['model']) ?? model;
      const choices = (streamed ??= createStreamedChoices());
      choices.addSources(chunk);
      return list(chunk['choices']).map(choices.add).includes(true) ? 'content' : 'event';
    },
    gathered: () => ({ ...answerAttributes({ id, model }), ...outputAttributes(streamed?.gathered() ?? []) }),
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
  const span = clientSpan(operation, 'llm', attributes);
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
