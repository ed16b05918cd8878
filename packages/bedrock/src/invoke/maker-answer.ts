/** Answers of models in each maker's own shape: whole, or in pieces. */

import type { MessagePart, SpanAttributes } from '@spanline/core';
import {
  type AnswerReader,
  choiceAttributes,
  createMessageBlocks,
  createStreamedChoices,
  isObject,
  type Props,
  props,
  text,
  toParts,
  wholeChoice,
} from '@spanline/instrumentation';
import { createConverseReader } from '../converse.ts';

/** An answer among several: a message, a piece of one, or a text. */
interface Entry {
  readonly index: unknown;
  readonly message: unknown;
  readonly finish_reason: unknown;
}

/** Why an answer ended. Jurassic has the reason in an object. */
function reasonOf(entry: Props): string | undefined {
  const { stop_reason: reason, completionReason, finish_reason: finish, finishReason } = entry;
  return (
    text(reason) ?? text(completionReason) ?? text(finish) ?? text(finishReason) ?? text(props(finishReason)['reason'])
  );
}

/** The text of an answer that has nothing else. */
function textOf({ generation, outputText, completion, text: plain, data, message }: Props): string | undefined {
  for (const given of [generation, outputText, completion, plain, message]) {
    if (typeof given === 'string') return given;
  }
  return text(props(data)['text']);
}

/** Answers as the choices of a chat completion. Mistral has whole messages in the pieces of a stream. */
function entriesOf(body: Props): Entry[] {
  const { choices, results, outputs, generations, completions } = body;
  const several = [choices, results, outputs, generations, completions].find(Array.isArray) as unknown[] | undefined;
  if (several === undefined) {
    const [content, reason] = [textOf(body), reasonOf(body)];
    return (content ?? reason) === undefined ? [] : [{ index: 0, message: { content }, finish_reason: reason }];
  }
  return several.map((entry, position) => {
    const { index, delta, message } = props(entry);
    const given = [delta, message].find(isObject) ?? { content: textOf(props(entry)) };
    return { index: index ?? position, message: given, finish_reason: reasonOf(props(entry)) ?? reasonOf(body) };
  });
}

const named = (body: Props): SpanAttributes => ({
  'gen_ai.response.id': text(body['id']),
  'gen_ai.response.model': text(body['model']),
});

/** Creates a reader of answers that are choices, or texts. */
function createChoicesReader(): AnswerReader {
  const streamed = createStreamedChoices();
  let first: Props = {};
  return {
    whole(value): SpanAttributes {
      const body = props(value);
      const choices = entriesOf(body).map((entry) => wholeChoice(entry, body));
      return choiceAttributes(choices, named(body));
    },
    chunk(value): 'content' | 'event' {
      const body = props(value);
      if (text(first['id']) === undefined) first = body;
      const pieces = entriesOf(body).map(({ message, ...entry }) => streamed.add({ ...entry, delta: message }));
      return pieces.includes(true) ? 'content' : 'event';
    },
    gathered: () => choiceAttributes(streamed.gathered(), named(first)),
  };
}

/** Creates a reader of Anthropic's messages. */
function createMessageReader(): AnswerReader {
  const blocks = createMessageBlocks();
  let message: Props = {};
  let reason: string | undefined;
  const attributes = (parts: MessagePart[]): SpanAttributes => {
    const isEmpty = parts.length === 0 && reason === undefined;
    return choiceAttributes(isEmpty ? [] : [{ message: { role: 'assistant', parts }, reason }], named(message));
  };
  return {
    whole(value): SpanAttributes {
      message = props(value);
      reason = reasonOf(message);
      return attributes(toParts(message['content']));
    },
    chunk(value): 'content' | 'event' {
      const event = props(value);
      if (event['type'] === 'message_start') message = props(event['message']);
      reason = reasonOf(props(event['delta'])) ?? reason;
      return blocks.add(event) ? 'content' : 'event';
    },
    gathered: () => attributes(blocks.parts()),
  };
}

/** Keys of the answers and events of Nova, which have the shape of `Converse`. */
const NOVA = ['output', 'messageStart', 'contentBlockStart', 'contentBlockDelta', 'contentBlockStop', 'messageStop'];

/** Types of Anthropic's answers and events. */
const MESSAGE = /^(?:message|content_block)(?:_|$)/;

function readerOf(piece: Props): AnswerReader {
  if (NOVA.some((key) => isObject(piece[key]))) return createConverseReader();
  return MESSAGE.test(text(piece['type']) ?? '') ? createMessageReader() : createChoicesReader();
}

/** Creates a reader that finds the shape with the first piece. */
export function createMakerReader(): AnswerReader {
  let reader: AnswerReader | undefined;
  const known = (piece: unknown): AnswerReader => (reader ??= readerOf(props(piece)));
  return {
    whole: (value) => known(value).whole(value),
    chunk: (value) => known(value).chunk(value),
    gathered: () => reader?.gathered() ?? {},
  };
}
