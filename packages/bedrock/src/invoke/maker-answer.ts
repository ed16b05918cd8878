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
  readonly message: object;
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

/** One answer. An object with neither a message nor a reason is none. */
function entryOf(entry: Props, index: unknown, around: string | undefined): Entry[] {
  const { delta, message } = entry;
  const given = [delta, message].find(isObject);
  const [content, reason] = [textOf(entry), reasonOf(entry)];
  if ((given ?? content ?? reason) === undefined) return [];
  return [{ index, message: given ?? { content }, finish_reason: reason ?? around }];
}

/** Answers as the choices of a chat completion. Mistral has whole messages in the pieces of a stream. */
function entriesOf(body: Props): Entry[] {
  const { choices, results, outputs, generations, completions } = body;
  const several = [choices, results, outputs, generations, completions].find(Array.isArray) as unknown[] | undefined;
  if (several === undefined) return entryOf(body, 0, undefined);
  return several.flatMap((entry, position) => entryOf(props(entry), props(entry)['index'] ?? position, reasonOf(body)));
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
      const choices = entriesOf(body).map(({ message, ...entry }) =>
        wholeChoice({ ...entry, message: { role: 'assistant', ...message } }, body),
      );
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

/** The reader of a piece; `undefined` for one that is no answer, such as those that Amazon puts before it. */
function readerOf(piece: Props): AnswerReader | undefined {
  if (NOVA.some((key) => isObject(piece[key]))) return createConverseReader();
  if (MESSAGE.test(text(piece['type']) ?? '')) return createMessageReader();
  return entriesOf(piece).length === 0 ? undefined : createChoicesReader();
}

/** Creates a reader that finds the shape with the first piece of the answer. */
export function createMakerReader(): AnswerReader {
  let reader: AnswerReader | undefined;
  return {
    whole: (value) => (readerOf(props(value)) ?? createChoicesReader()).whole(value),
    chunk(value): 'content' | 'event' {
      reader ??= readerOf(props(value));
      return reader?.chunk(value) ?? 'event';
    },
    gathered: () => reader?.gathered() ?? {},
  };
}
