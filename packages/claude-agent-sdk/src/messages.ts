/** Messages of the SDK, as far as they are read. */

import type { MessagePart } from '@spanline/core';
import { list, type Props, props, text, toParts } from '@spanline/instrumentation';

/** A tool that the model asks for. */
export interface ToolUse {
  readonly id: string;
  readonly name: string;
  readonly input: unknown;
}

/** The answer of a tool. */
export interface ToolResult {
  readonly id: string;
  readonly content: unknown;
  readonly isError: boolean;
}

const blocksOf = ({ message }: Props): Props[] => list(props(message)['content']).map((block) => props(block));

/** The tools that an assistant's message asks for. */
export function toolUses(message: Props): ToolUse[] {
  return blocksOf(message).flatMap(({ type, id, name, input }) => {
    const known = text(id);
    return type === 'tool_use' && known !== undefined ? [{ id: known, name: text(name) ?? 'tool', input }] : [];
  });
}

/** The answers of tools in a user's message. */
export function toolResults(message: Props): ToolResult[] {
  return blocksOf(message).flatMap(({ type, tool_use_id: id, content, is_error: isError }) => {
    const known = text(id);
    return type === 'tool_result' && known !== undefined ? [{ id: known, content, isError: isError === true }] : [];
  });
}

/** The parts of a message. */
export const partsOf = ({ message }: Props): MessagePart[] => toParts(props(message)['content']);

/** The text of a tool's answer. */
export function textOfResult(content: unknown): string {
  if (typeof content === 'string') return content;
  return list(content)
    .map((block) => text(props(block)['text']) ?? '')
    .join('\n');
}
