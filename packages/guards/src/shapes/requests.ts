/** Reads the texts of a request to a model. */
import { isObject, list, props, text } from '@spanline/record';
import type { Input } from '../gate/input.ts';
import type { Role } from '../guards/guard.ts';
import { Texts, WORD } from './fields.ts';

const ROLES: Readonly<Record<string, Role>> = {
  system: 'system',
  developer: 'system',
  user: 'user',
  human: 'user',
  assistant: 'assistant',
  ai: 'assistant',
  model: 'assistant',
  tool: 'tool',
  function: 'tool',
};
/** Items and parts with the result of a tool, by their type or their field. */
const TOOL_RESULT = /tool_result|tool-result|call_output|mcp_call|toolResult|functionResponse/;
const TECHNICAL = new Set([
  'type',
  'id',
  'role',
  'name',
  'call_id',
  'tool_call_id',
  'tool_use_id',
  'toolCallId',
  'toolUseId',
  'media_type',
  'mimeType',
  'data',
  'image_url',
  'url',
  'file_id',
  'detail',
  'signature',
  'bytes',
]);

type InputTexts = Input['texts'][number][];

const isToolResult = (part: Record<string, unknown>): boolean =>
  TOOL_RESULT.test(text(part['type']) ?? '') || Object.keys(part).some((key) => TOOL_RESULT.test(key));

function addTexts(value: unknown, role: Role, into: InputTexts): void {
  if (typeof value === 'string') {
    into.push({ role, text: value });
    return;
  }
  if (Array.isArray(value)) {
    for (const inner of value) addTexts(inner, role, into);
    return;
  }
  if (!isObject(value)) return;
  const part = props(value);
  const author = isToolResult(part) ? 'tool' : role;
  for (const [key, inner] of Object.entries(part)) if (!TECHNICAL.has(key)) addTexts(inner, author, into);
}

function roleOf(message: Record<string, unknown>, role: Role): Role {
  const given = text(message['role']) ?? text(message['type']) ?? '';
  return Object.hasOwn(ROLES, given) ? (ROLES[given] ?? role) : role;
}

/** Texts of messages in any form: strings, or objects with a role and a content. */
export function messageTexts(messages: unknown, role: Role = 'user'): InputTexts {
  const result: InputTexts = [];
  if (!Array.isArray(messages)) addTexts(messages, role, result);
  else for (const message of list(messages)) addTexts(message, roleOf(props(message), role), result);
  return result;
}

/** Fields of requests with text, and who wrote it. */
const FIELDS: Readonly<Record<string, Role>> = {
  system: 'system',
  instructions: 'system',
  systemInstruction: 'system',
  preamble: 'system',
  messages: 'user',
  input: 'user',
  contents: 'user',
  prompt: 'user',
  inputText: 'user',
  message: 'user',
  chat_history: 'user',
};
/** Fields of requests with names, schemas and descriptions that the application declares. */
const DECLARED = new Set([
  'tools',
  'functions',
  'toolConfig',
  'tool_choice',
  'mcp_servers',
  'response_format',
  'text',
  'output_config',
  'output_format',
  'generationConfig',
  'metadata',
  'requestMetadata',
  'stop',
  'stop_sequences',
]);

/**
 * Texts of the body of a request, of any provider. A field that is not known is read too, unless it has single words
 * only, such as a setting.
 */
export function requestTexts(body: unknown): Input {
  const texts = Object.entries(props(body)).flatMap(([key, value]): InputTexts => {
    if (DECLARED.has(key) || value === undefined || value === null) return [];
    if (Object.hasOwn(FIELDS, key)) return messageTexts(value, FIELDS[key]);
    return messageTexts(value).filter(({ text: given }) => !WORD.test(given));
  });
  return { texts };
}

/** Texts of any value, each by itself. */
export function valueTexts(value: unknown, role: Role): Input {
  const texts = new Texts();
  texts.each(value, []);
  return { texts: texts.slots.map((slot) => ({ role, text: slot.text })) };
}
