/** Messages of requests, in the SDK's own protocol and in that of chat completions. */

import { list, type Message, type Props, props, text, toMessages, toParts } from '@spanline/instrumentation';

/** An item of the SDK has the name of its call in camel case, which the provider's items have not. */
function wireItem(item: Props): Props {
  const { callId, type } = item;
  if (type === 'function_call_result') {
    const { output } = item;
    const { text: content } = props(output);
    return { type: 'function_call_output', call_id: callId, output: content ?? output };
  }
  return callId === undefined ? item : { ...item, call_id: callId };
}

function toMessage(value: unknown): Message[] {
  const item = props(value);
  if (text(item['role']) !== undefined) return toMessages([item]);
  const parts = toParts([wireItem(item)]);
  const role = item['type'] === 'function_call_result' ? 'tool' : 'assistant';
  return parts.length === 0 ? [] : [{ role, parts }];
}

/** The messages of a request. */
export function promptMessages(input: unknown): Message[] {
  return Array.isArray(input) ? list(input).flatMap(toMessage) : toMessages(input);
}

/** The question of a request: the text of its last message of a user. */
export function questionOf(messages: readonly Message[]): string | undefined {
  return textOf(messages.findLast(({ role }) => role === 'user'));
}

/** The text of a message; `undefined` if it has none. */
export function textOf(message: Message | undefined): string | undefined {
  let joined: string | undefined;
  for (const part of message?.parts ?? []) {
    const piece = part.type === 'text' ? text(part['content']) : undefined;
    if (piece !== undefined) joined = joined === undefined ? piece : `${joined}\n${piece}`;
  }
  return joined;
}
