/** Content in an attribute: JSON, or a text. */
import { type ContentKey, isProps, props } from '@spanline/record';
import { fromJson, messagesFrom } from './messages.ts';

/** The AI SDK writes a JSON text for each tool. */
function tools(value: unknown): unknown {
  const read = fromJson(value);
  return Array.isArray(read) ? read.map(fromJson) : read;
}

/** Instructions are parts of a message. Many write a text. */
function instructions(value: unknown): unknown {
  const read = fromJson(value);
  const parts = Array.isArray(read) ? read : [read];
  return parts.map((part: unknown) => (typeof part === 'string' ? { type: 'text', content: part } : part));
}

/** How content is read that is more than JSON. */
const CONTENT_READERS: Readonly<Partial<Record<ContentKey, (value: unknown) => unknown>>> = {
  'gen_ai.input.messages': messagesFrom,
  'gen_ai.output.messages': messagesFrom,
  'gen_ai.tool.definitions': tools,
  'gen_ai.system_instructions': instructions,
};

/** Reads the value of a key of content. */
export function readContent(key: ContentKey, value: unknown): unknown {
  return (CONTENT_READERS[key] ?? fromJson)(value);
}

/** True for a key whose value is messages. */
export function isMessageList(key: ContentKey): boolean {
  return CONTENT_READERS[key] === messagesFrom;
}

/** An entry without what wraps it. The metadata of a document is JSON. */
export function bare(entry: unknown, wrapper: string | undefined): unknown {
  const inner = wrapper === undefined ? entry : (props(entry)[wrapper] ?? entry);
  const { metadata, json_schema: schema, ...rest } = props(inner);
  if (schema !== undefined) return fromJson(schema);
  return isProps(inner) && metadata !== undefined ? { ...rest, metadata: fromJson(metadata) } : inner;
}
