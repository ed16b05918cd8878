/** Messages of other vocabularies, in a shape that the record's own reader of messages knows. */
import { isObject, list, props, type Props, text } from '@spanline/record';

/** Longest JSON that is parsed. A longer text stays a text, which capture cuts. */
const MAX_JSON = 2_000_000;

/** The value of a JSON text; other values and broken JSON as they are. */
export function fromJson(value: unknown): unknown {
  if (typeof value !== 'string' || value.length > MAX_JSON || !/^\s*[[{"]/.test(value)) return value;
  try {
    return JSON.parse(value) as unknown;
  } catch {
    return value;
  }
}

/** The entry itself, or what it wraps. */
const unwrap = (entry: unknown, wrapper: string | undefined): unknown =>
  wrapper === undefined ? entry : (props(entry)[wrapper] ?? entry);

/** OpenInference's `{ tool_call: { id, function } }`, Traceloop's `{ id, name, arguments }`. */
function toolCall(entry: unknown): unknown {
  const call = props(unwrap(entry, 'tool_call'));
  if (isObject(call['function'])) return { type: 'function', ...call };
  return { type: 'function', id: call['id'], function: { name: call['name'], arguments: call['arguments'] } };
}

/** OpenInference's `{ message_content: { type, text, image } }`. */
function contentPart(entry: unknown): unknown {
  const part = props(unwrap(entry, 'message_content'));
  const url = text(props(props(part['image'])['image'])['url']);
  return url === undefined ? part : { type: 'image_url', image_url: { url } };
}

/** The AI SDK's parts, in the words of the conventions. */
export function sdkPart(entry: unknown): unknown {
  const part = props(entry);
  const { type, toolCallId: id, toolName: name, input, args, output, result, providerOptions: _, ...rest } = part;
  if (type === 'tool-call' || (id !== undefined && type === undefined))
    return { type: 'tool_call', id, name, arguments: fromJson(input ?? args) };
  if (type === 'tool-result') {
    const answer = output ?? result;
    return { type: 'tool_call_response', id, response: props(answer)['value'] ?? answer };
  }
  return providedPart(type, rest, entry);
}

function providedPart(type: unknown, rest: Props, entry: unknown): unknown {
  return type === 'text' || type === 'reasoning' ? { type, ...rest } : entry;
}

/** One message of a list that was flat. */
function flatMessage(entry: unknown, wrapper: string | undefined): unknown {
  const inner = unwrap(entry, wrapper);
  if (!isObject(inner)) return inner;
  const { contents, tool_calls: calls, content, ...message } = props(inner);
  return {
    role: message['role'],
    ...message,
    content: contents === undefined ? fromContent(content) : list(contents).map(contentPart),
    ...(calls === undefined ? {} : { tool_calls: list(calls).map(toolCall) }),
  };
}

/** Traceloop writes a content of several parts as JSON. A text that is JSON by itself stays a text. */
function fromContent(content: unknown): unknown {
  const read = fromJson(content);
  return Array.isArray(read) && read.every((part) => text(props(part)['type']) !== undefined) ? read : (content ?? '');
}

/** The messages of a list that was flat. */
export function flatMessages(entries: readonly unknown[], wrapper: string | undefined): unknown[] {
  return entries.map((entry) => flatMessage(entry, wrapper));
}

/** A message that is a JSON text by itself, in a list of texts. Another text that is JSON stays a text. */
function messageIn(entry: unknown): unknown {
  const read = typeof entry === 'string' ? fromJson(entry) : entry;
  return text(props(read)['role']) === undefined ? entry : read;
}

/** The messages in an attribute: JSON, or a text. The AI SDK's parts get the conventions' words. */
export function messagesFrom(value: unknown): unknown {
  const read = fromJson(value);
  if (!Array.isArray(read)) return read;
  return read.map((entry: unknown) => {
    const message = messageIn(entry);
    const { content, providerOptions: _, ...rest } = props(message);
    return Array.isArray(content) ? { ...rest, content: content.map(sdkPart) } : message;
  });
}
