/**
 * Tool calls that a graph node answered with an error without running the tool: unknown tools and invalid arguments.
 */

import { type Props, props, text } from '@spanline/instrumentation';

/** A tool call that failed without a run. */
export interface FailedCall {
  readonly id: string;
  readonly name: string | undefined;
  readonly message: string;
}

const MAX_MESSAGES = 1000;

function messagesOf(state: unknown): readonly unknown[] {
  const { messages } = props(state);
  return Array.isArray(messages) ? messages.slice(-MAX_MESSAGES) : [];
}

/** The messages in a node's output: a list, a state with messages, or one or more commands that update the state. */
function outputMessages(output: unknown): readonly unknown[] {
  if (Array.isArray(output)) return output.slice(-MAX_MESSAGES).flatMap((part) => [part, ...outputMessages(part)]);
  const { update, output: wrapped } = props(output);
  if (Array.isArray(wrapped)) return outputMessages(wrapped);
  return update === undefined ? messagesOf(output) : Array.isArray(update) ? update : messagesOf(update);
}

/**
 * Finds the failed tool calls in a node's output. Their only trace is a message of status `error`.
 *
 * @param input - the node's input state; messages that it holds already are ignored
 */
export function failedCalls(output: unknown, input: unknown): FailedCall[] {
  const failed: FailedCall[] = [];
  for (const message of outputMessages(output)) {
    const { status, tool_call_id: id, name, content } = props(message);
    if (status !== 'error' || typeof id !== 'string') continue;
    failed.push({ id, name: text(name), message: text(content) ?? 'the tool failed' });
  }
  if (failed.length === 0) return failed;
  const known = new Set(messagesOf(input).map((message) => props(message)['tool_call_id']));
  return failed.filter(({ id }) => !known.has(id));
}

/** The tool call with this id, from the node's input state. */
export function toolCallOf(input: unknown, id: string): Props {
  const own = props(props(input)['lg_tool_call']);
  if (own['id'] === id) return own;
  for (const message of messagesOf(input).toReversed()) {
    const calls = props(message)['tool_calls'];
    if (!Array.isArray(calls)) continue;
    const call = calls.find((candidate) => props(candidate)['id'] === id);
    if (call !== undefined) return props(call);
  }
  return {};
}
