/** LangChain messages in OpenTelemetry's shape. */

import type { Message } from '@spanline/core';
import {
  groundedParts,
  hasKeys,
  list,
  props,
  type Props,
  text,
  textMessage,
  toMessages,
} from '@spanline/instrumentation';
import { answerSource, isGrounding } from './answer-content.ts';

/** The method that returns a message's type. Early versions of 0.3 have `_getType` only. */
function typeMethod({ getType, _getType: older }: Props): (() => unknown) | undefined {
  const found = typeof getType === 'function' ? getType : older;
  return typeof found === 'function' ? (found as () => unknown) : undefined;
}

/** True for a LangChain message of any copy and version of the library. */
export function isMessage(value: unknown): value is Props {
  const message = props(value);
  return 'content' in message && typeMethod(message) !== undefined;
}

function roleOf(message: Props): string {
  const type = text(message['type']) ?? text(typeMethod(message)?.call(message)) ?? 'ai';
  return type === 'generic' ? (text(message['role']) ?? 'user') : type;
}

/** Google's client sets the role, `model`, as the name of each answer. */
function nameOf(message: Props): string | undefined {
  const name = text(message['name']);
  return name === 'model' ? undefined : name;
}

const EMPTY: Message = { role: 'user', parts: [] };

/** Converts the message of a model. */
function toAnswer(message: Props, role: string): Message {
  const { source, grounding } = answerSource(message, role, nameOf(message));
  const converted = toMessages([source])[0] ?? EMPTY;
  return grounding === undefined ? converted : { ...converted, parts: groundedParts(grounding, converted.parts) };
}

/** True for an answer with nothing beside its content. */
function isContentAlone(message: Props): boolean {
  const metadata = props(message['response_metadata']);
  return (
    list(message['tool_calls']).length === 0 &&
    list(message['invalid_tool_calls']).length === 0 &&
    !hasKeys(props(message['additional_kwargs'])) &&
    !isGrounding(metadata) &&
    metadata['citations'] === undefined
  );
}

/** Converts a LangChain message. */
export function toMessage(message: Props): Message {
  const role = roleOf(message);
  const { content } = message;
  const isText = typeof content === 'string' && nameOf(message) === undefined;
  if (isText && (role === 'human' || role === 'system' || (role === 'ai' && isContentAlone(message)))) {
    return textMessage(role, content);
  }
  if (role === 'ai') return toAnswer(message, role);
  const { tool_call_id, status } = message;
  return toMessages([{ role, content, tool_call_id, status, name: nameOf(message) }])[0] ?? EMPTY;
}

/** Converts the messages of a model call: LangChain's own, or any shape that `toMessages` reads. */
export function toModelMessages(messages: readonly unknown[]): Message[] {
  const converted: Message[] = [];
  for (const message of messages) {
    if (isMessage(message)) converted.push(toMessage(message));
    else converted.push(...toMessages([message]));
  }
  return converted;
}
