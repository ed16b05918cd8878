/** LangChain messages in OpenTelemetry's shape. */

import type { Message } from '@spanline/core';
import { props, type Props, text, toMessages } from '@spanline/instrumentation';

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

/** Content blocks that repeat a tool call of `tool_calls`. */
const CALL_BLOCKS: ReadonlySet<unknown> = new Set([
  'tool_use',
  'input_json_delta',
  'tool_call',
  'tool_call_chunk',
  'function_call',
  'functionCall',
]);

function isCall(block: unknown): boolean {
  const { type, functionCall } = props(block);
  return CALL_BLOCKS.has(type) || functionCall !== undefined;
}

function withoutCalls(content: unknown): unknown {
  return Array.isArray(content) ? content.filter((block) => !isCall(block)) : content;
}

/** All tool calls. LangChain keeps those whose arguments are not valid JSON in `invalid_tool_calls`. */
function callsOf({ tool_calls: calls, invalid_tool_calls: invalid }: Props): readonly unknown[] {
  const valid: readonly unknown[] = Array.isArray(calls) ? calls : [];
  return Array.isArray(invalid) && invalid.length > 0 ? [...valid, ...(invalid as unknown[])] : valid;
}

/** Google's client sets the role, `model`, as the name of each answer. */
function nameOf(message: Props): string | undefined {
  const name = text(message['name']);
  return name === 'model' ? undefined : name;
}

/** Reasoning outside of the content: DeepSeek and others, and OpenAI's summaries. */
function reasoningOf(message: Props): string | undefined {
  const { reasoning_content: plain, reasoning } = props(message['additional_kwargs']);
  const { summary } = props(reasoning);
  if (!Array.isArray(summary)) return text(plain);
  return text(plain) ?? text(summary.map((part) => text(props(part)['text']) ?? '').join('\n'));
}

/** Converts a LangChain message. */
export function toMessage(message: Props): Message {
  const calls = callsOf(message);
  const [converted] = toMessages([
    {
      role: roleOf(message),
      content: calls.length > 0 ? withoutCalls(message['content']) : message['content'],
      tool_call_id: message['tool_call_id'],
      tool_calls: calls,
      name: nameOf(message),
      reasoning_content: reasoningOf(message),
    },
  ]);
  return converted ?? { role: 'user', parts: [] };
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
