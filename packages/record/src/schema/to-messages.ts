import type { Message, MessagePart } from './messages.ts';

type Props = Record<string, unknown>;

function props(value: unknown): Props | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Props) : undefined;
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

function list(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [];
}

/** Parses tool arguments. OpenAI sends a JSON string, everyone else an object. */
function parsed(value: unknown): unknown {
  if (typeof value !== 'string') return value;
  try {
    return JSON.parse(value);
  } catch {
    return value;
  }
}

function toolCall(id: unknown, name: unknown, args: unknown): MessagePart {
  return {
    type: 'tool_call',
    ...(text(id) === undefined ? {} : { id: text(id) }),
    name: text(name) ?? '',
    ...(args === undefined ? {} : { arguments: parsed(args) }),
  };
}

function toolResponse(id: unknown, response: unknown): MessagePart {
  return { type: 'tool_call_response', ...(text(id) === undefined ? {} : { id: text(id) }), response };
}

const MODALITIES = ['image', 'audio', 'video', 'document'];

function modalityOf(mime = ''): string {
  return MODALITIES.find((name) => mime.startsWith(`${name}/`)) ?? 'document';
}

/** A URL that holds a base64 payload. */
const DATA_URL = /^data:([\w.+-]+\/[\w.+-]+)?[^,]{0,128};base64,(.*)$/s;

/** Reads media in the shapes of OpenAI, Anthropic, Google and LangChain. Capture replaces payloads by a descriptor. */
function media(block: Props, type: string): MessagePart | undefined {
  const modality = MODALITIES.find((name) => type.includes(name)) ?? (type.includes('file') ? 'document' : undefined);
  const inline = props(block.inlineData) ?? props(block.inline_data);
  if (inline !== undefined) {
    const mime = text(inline.mimeType) ?? text(inline.mime_type) ?? '';
    return {
      type: 'blob',
      modality: mime.split('/', 1)[0] ?? 'document',
      mime_type: mime,
      content: text(inline.data) ?? '',
    };
  }
  const source = props(block.source) ?? props(block[type]) ?? block;
  const mime = text(source.media_type) ?? text(block.mime_type) ?? text(block.mimeType);
  const kind = modality ?? (type === 'media' ? modalityOf(mime) : undefined);
  if (kind === undefined) return undefined;
  const url =
    text(source.url) ??
    text(props(block.image_url)?.url) ??
    text(block.image_url) ??
    text(block.fileUri) ??
    text(source.file_data);
  const data = text(source.data) ?? text(block.data);
  if (data !== undefined)
    return { type: 'blob', modality: kind, ...(mime === undefined ? {} : { mime_type: mime }), content: data };
  const file = text(source.file_id) ?? text(block.file_id) ?? text(block.fileId);
  const id = file ?? (block.source_type === 'id' ? text(block.id) : undefined);
  if (id !== undefined) return { type: 'file', modality: kind, file_id: id };
  if (url === undefined) return undefined;
  const [, inlineMime, payload] = DATA_URL.exec(url) ?? [];
  return payload === undefined
    ? { type: 'uri', modality: kind, uri: url }
    : { type: 'blob', modality: kind, mime_type: inlineMime ?? 'text/plain', content: payload };
}

/** Converts a content block of any provider to a part. An unknown block is kept as it is, under its own type. */
function toPart(block: unknown): MessagePart {
  if (typeof block === 'string') return { type: 'text', content: block };
  const source = props(block);
  if (source === undefined) return { type: 'text', content: String(block) };
  const type = text(source.type) ?? '';
  if (type === 'tool_call' && 'arguments' in source) return source as MessagePart;
  if (type === 'tool_call') return toolCall(source.id, source.name, source.args);
  if (type === 'tool_use') return toolCall(source.id, source.name, source.input);
  if (type === 'function') return toolCall(source.id, props(source.function)?.name, props(source.function)?.arguments);
  if (type === 'function_call') return toolCall(source.call_id ?? source.id, source.name, source.arguments);
  if (type === 'tool_result') return toolResponse(source.tool_use_id, source.content);
  if (type === 'function_call_output') return toolResponse(source.call_id, source.output);
  const call = props(source.functionCall);
  if (call !== undefined) return toolCall(call.id, call.name, call.args);
  const reply = props(source.functionResponse);
  if (reply !== undefined) return toolResponse(reply.id ?? reply.name, reply.response);
  if (type === 'reasoning' || type === 'thinking') {
    return {
      type: 'reasoning',
      content: text(source.thinking) ?? text(source.reasoning) ?? text(source.content) ?? text(source.text) ?? '',
    };
  }
  const plain = text(source.text) ?? (type === 'text' ? text(source.content) : undefined) ?? text(source.refusal);
  if (plain !== undefined) return { type: 'text', content: plain };
  return media(source, type) ?? { ...source, type: type === '' ? 'unknown' : type };
}

/** Converts the content of a message (a string, blocks, or nothing) to parts. */
export function toParts(content: unknown): MessagePart[] {
  if (content === undefined || content === null || content === '') return [];
  return Array.isArray(content) ? content.map(toPart) : [toPart(content)];
}

const ROLES: Readonly<Record<string, string>> = {
  human: 'user',
  ai: 'assistant',
  model: 'assistant',
  developer: 'system',
  function: 'tool',
  memory: 'system',
};

function toMessage(value: unknown, fallbackRole: string): Message {
  const source = props(value);
  if (source === undefined) return { role: fallbackRole, parts: toParts(value) };
  if (Array.isArray(source.parts) && typeof source.role === 'string' && source.content === undefined) {
    const role = ROLES[source.role] ?? source.role;
    return role === source.role && source.parts.every((part) => typeof props(part)?.type === 'string')
      ? (source as unknown as Message)
      : { role, parts: source.parts.map(toPart) };
  }
  const given = text(source.role) ?? fallbackRole;
  const role = ROLES[given] ?? given;
  const callId = source.tool_call_id ?? source.toolCallId;
  const parts = role === 'tool' ? [toolResponse(callId, source.content)] : toParts(source.content);
  if (source.content === undefined && source.role === undefined) parts.push(toPart(value));
  for (const call of list(source.tool_calls)) {
    const inner = props(call);
    parts.push(
      inner?.function === undefined
        ? toolCall(inner?.id, inner?.name, inner?.args)
        : toPart({ type: 'function', ...inner }),
    );
  }
  const legacy = props(source.function_call);
  if (legacy !== undefined) parts.push(toolCall(undefined, legacy.name, legacy.arguments));
  if (text(source.reasoning_content) !== undefined)
    parts.unshift({ type: 'reasoning', content: text(source.reasoning_content) ?? '' });
  const name = text(source.name);
  return { role, parts, ...(name === undefined || role === 'tool' ? {} : { name }) };
}

/**
 * Converts messages to OpenTelemetry's shape. It reads OpenAI chat and Responses, Anthropic, Google, plain strings, and
 * messages that already have the shape, which it keeps. Never throws, never changes its argument.
 *
 * @param fallbackRole - role of a message without one: `user` for inputs, `assistant` for outputs
 */
export function toMessages(value: unknown, fallbackRole: 'user' | 'assistant' = 'user'): Message[] {
  try {
    const source = props(value);
    const messages = source?.messages ?? source?.contents;
    if (Array.isArray(messages)) return toMessages(messages, fallbackRole);
    if (value === undefined || value === null) return [];
    return (Array.isArray(value) ? value : [value]).map((entry) => toMessage(entry, fallbackRole));
  } catch {
    return [];
  }
}
