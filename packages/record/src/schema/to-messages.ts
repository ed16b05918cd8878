import { convertNewest } from '../values/newest.ts';
import { props, type Props, text } from '../values/props.ts';
import type { Message, MessagePart } from './messages.ts';
import { addMessage } from './parts/beside-content.ts';
import { isFailed, string } from './parts/block.ts';
import { addParts, MAX_BLOCKS, toParts } from './parts/to-parts.ts';
import { toolResponse } from './parts/tool-calls.ts';

export { toParts };

const ROLES: ReadonlyMap<string, string> = new Map([
  ['human', 'user'],
  ['ai', 'assistant'],
  ['model', 'assistant'],
  ['developer', 'system'],
  ['function', 'tool'],
  ['memory', 'system'],
]);

/** A role in OpenTelemetry's words. */
const roleOf = (given: string): string => ROLES.get(given) ?? given;

const hasType = (part: unknown): boolean => typeof props(part)['type'] === 'string';

/** A message in OpenTelemetry's shape is kept; Google's has parts of its own. */
function readParts(source: Props, given: string, parts: readonly unknown[]): Message {
  const role = roleOf(given);
  const newest = parts.length > MAX_BLOCKS ? parts.slice(-MAX_BLOCKS) : parts;
  return role === given && newest.every(hasType) ? (source as unknown as Message) : { role, parts: toParts(parts) };
}

/** The answer of a tool. Before tools had calls with ids, the name of the function said which one it answers. */
function readToolMessage(source: Props): Message {
  const callId = source['tool_call_id'] ?? source['toolCallId'];
  const name = text(callId) === undefined ? text(source['name']) : undefined;
  const parts = [toolResponse(callId, source['content'], isFailed({ ...source, content: undefined }))];
  return { role: 'tool', parts, ...(name === undefined ? {} : { name }) };
}

/** The message of an answer that has one beside its facts: Ollama, Cohere (v2), and Amazon, in `output`. */
function messageIn({ message, output }: Props): Props | undefined {
  const inner = props(message ?? props(output)['message']);
  return string(inner['role']) === undefined ? undefined : inner;
}

/**
 * A message that is a text and nothing else.
 *
 * @param role - in the words of any library
 */
export function textMessage(role: string, content: string): Message {
  return { role: roleOf(role), parts: content === '' ? [] : [{ type: 'text', content }] };
}

function toMessage(value: unknown, fallbackRole: string): Message {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return { role: fallbackRole, parts: toParts(value) };
  }
  // Millions of bytes have as many keys.
  if (ArrayBuffer.isView(value)) return { role: fallbackRole, parts: [{ type: 'blob', content: value }] };
  const source = value as Props;
  const { role: given, content, parts: own } = source;
  if (Array.isArray(own) && typeof given === 'string' && content === undefined) return readParts(source, given, own);
  const inner = content === undefined && given === undefined ? messageIn(source) : undefined;
  if (inner !== undefined) return toMessage(inner, fallbackRole);
  const role = roleOf(string(given) ?? fallbackRole);
  if (role === 'tool') return readToolMessage(source);
  const parts: MessagePart[] = [];
  if (content === undefined && given === undefined) addParts([value], parts);
  else addMessage(source, parts);
  const name = text(source['name']);
  return { role, parts, ...(name === undefined ? {} : { name }) };
}

/**
 * Converts messages to OpenTelemetry's shape. It reads OpenAI chat and Responses, Anthropic, Google, Amazon, plain
 * strings, and messages that already have the shape, which it keeps. Never throws, never changes its argument.
 *
 * @param fallbackRole - role of a message without one: `user` for inputs, `assistant` for outputs
 * @param most - how many of the last messages are converted; the places of the others stay empty. @defaultValue all
 */
export function toMessages(
  value: unknown,
  fallbackRole: 'user' | 'assistant' = 'user',
  most: number = Number.POSITIVE_INFINITY,
): Message[] {
  try {
    const messages = Array.isArray(value) ? undefined : (props(value)['messages'] ?? props(value)['contents']);
    if (Array.isArray(messages)) return toMessages(messages, fallbackRole, most);
    if (value === undefined || value === null) return [];
    return convertNewest(Array.isArray(value) ? value : [value], most, (entry) => toMessage(entry, fallbackRole));
  } catch {
    return [];
  }
}
