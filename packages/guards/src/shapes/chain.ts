/** Outputs of chains and graphs of LangChain: texts, messages, and objects with messages in them. */
import { isObject, list, props } from '@spanline/record';
import { type Path, type Reading, type Shape, withValue } from '../gate/shape.ts';
import { Texts } from './fields.ts';
import { messageShowing, readMessage, remade } from './langchain.ts';

const MAX_DEPTH = 8;

const isMessage = (value: unknown): value is object =>
  isObject(value) && typeof props(value)['_getType'] === 'function' && 'additional_kwargs' in value;

/** Places of the messages in a value. */
function messagesIn(value: unknown, path: Path = []): Path[] {
  if (isMessage(value)) return [path];
  if (!isObject(value) || path.length >= MAX_DEPTH) return [];
  return Object.entries(value).flatMap(([key, inner]) =>
    messagesIn(inner, [...path, Array.isArray(value) ? Number(key) : key]),
  );
}

const at = (value: unknown, path: Path): unknown =>
  path.reduce<unknown>((inner, key) => props(inner)[String(key)], value);

/** LangGraph streams a chunk of a message with facts about the graph. */
const isMessageTuple = (value: unknown): boolean => Array.isArray(value) && value.length === 2 && isMessage(value[0]);

/** Adds the texts beside the messages. */
function readBeside(value: unknown, path: Path, texts: Texts): void {
  if (isMessage(value)) return;
  if (!isObject(value) || path.length >= MAX_DEPTH) return texts.value(value, path);
  for (const [key, inner] of Object.entries(value))
    readBeside(inner, [...path, Array.isArray(value) ? Number(key) : key], texts);
}

/**
 * Creates the shape of one output, whole or in pieces.
 *
 * @param isPart - a text is a piece of a longer one
 */
export function chainShape(isPart: boolean): Shape<unknown> {
  return {
    read(value): Reading {
      const texts = new Texts();
      const messages = messagesIn(value);
      if (typeof value === 'string' && isPart) texts.piece(value, [], 'text');
      else if (messages.length === 0) {
        texts.value(value, []);
        // A piece of a value may go on in the next one.
        if (isPart && texts.slots.length > 0) return { slots: texts.slots, unmapped: ['chunk'] };
      } else if (!isMessageTuple(value)) readBeside(value, [], texts);
      for (const path of messages) {
        const message = props(at(value, path));
        readMessage(
          message,
          path,
          texts,
          list(message['tool_call_chunks']).length > 0 || 'tool_call_chunks' in message,
        );
      }
      return { slots: texts.slots, unmapped: texts.unmapped };
    },
    replaced: (copy) =>
      messagesIn(copy).reduce<unknown>((made, path) => withValue(made, path, remade(at(made, path) as object)), copy),
    stopped(value, replacement) {
      const isShown = replacement !== undefined;
      if (typeof value === 'string') return { chunks: isShown ? [replacement] : [], isShown };
      const message = isMessageTuple(value) ? list(value)[0] : value;
      if (!isMessage(message) || !isShown) return { chunks: [], isShown: false };
      const shown = messageShowing(message, replacement);
      return { chunks: [isMessageTuple(value) ? [shown, list(value)[1]] : shown], isShown };
    },
  };
}
