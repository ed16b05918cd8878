/** `/chat/completions` and `/completions`. */

import type { SpanAttributes } from '@spanline/core';
import {
  type AnswerReader,
  choiceAttributes,
  type ClientCall,
  clientSpan,
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

/** Reads one answer: whole, or in the chunks of a stream. */
class ChatReader implements AnswerReader {
  #streamed: StreamedChoices | undefined;
  #id: string | undefined;
  #model: string | undefined;

  whole(value: unknown): SpanAttributes {
    const answer = props(value);
    const choices = list(answer['choices']).map((choice) => wholeChoice(choice, answer));
    return choiceAttributes(choices, answerAttributes(answer));
  }

  chunk(value: unknown): 'content' | 'event' {
    const chunk = props(value);
    this.#id = text(chunk['id']) ?? this.#id;
    this.#model = text(chunk['model']) ?? this.#model;
    const choices = (this.#streamed ??= createStreamedChoices());
    choices.addSources(chunk);
    return list(chunk['choices']).map(choices.add).includes(true) ? 'content' : 'event';
  }

  gathered(): SpanAttributes {
    return choiceAttributes(this.#streamed?.gathered() ?? [], answerAttributes({ id: this.#id, model: this.#model }));
  }
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
  const reader = new ChatReader();
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
