/** `/chat/completions` and `/completions`. */

import type { Message, SpanAttributes } from '@spanline/core';
import {
  clientSpan,
  type AnswerReader,
  type Choice,
  type ClientCall,
  createStreamedChoices,
  list,
  type Props,
  props,
  type StreamedChoices,
  text,
  toMessages,
  wholeChoice,
} from '@spanline/instrumentation';
import { answerAttributes } from './answer.ts';
import { type ApiRequest, requestAttributes } from './request.ts';
import { askForUsage, needsUsage } from './stream-usage.ts';

type Mutable<T> = { -readonly [key in keyof T]: T[key] };

/** The message of a choice, with its finish reason. */
function outputMessage({ message, reason }: Choice): Message {
  if (reason === undefined) return message;
  // After a spread, V8 defines each further member of a literal on its slow path.
  const finished: Mutable<Message> = { ...message };
  finished.finish_reason = reason;
  return finished;
}

/** Id, model and choices of an answer. */
function choiceAttributes(answer: Props, choices: readonly Choice[]): SpanAttributes {
  const attributes = answerAttributes(answer);
  const reasons: string[] = [];
  for (const { reason } of choices) if (reason !== undefined) reasons.push(reason);
  attributes['gen_ai.response.finish_reasons'] = reasons.length === 0 ? undefined : reasons;
  if (choices.length > 0) attributes['gen_ai.output.messages'] = choices.map(outputMessage);
  return attributes;
}

/** Reads one answer: whole, or in the chunks of a stream. */
class ChatReader implements AnswerReader {
  #streamed: StreamedChoices | undefined;
  #id: string | undefined;
  #model: string | undefined;

  whole(value: unknown): SpanAttributes {
    const answer = props(value);
    return choiceAttributes(
      answer,
      list(answer['choices']).map((choice) => wholeChoice(choice, answer)),
    );
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
    return choiceAttributes({ id: this.#id, model: this.#model }, this.#streamed?.gathered() ?? []);
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
