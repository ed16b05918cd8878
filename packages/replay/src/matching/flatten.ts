/**
 * Messages as a flat list of what they say. Providers and frameworks group the same conversation differently: results
 * of tools are messages of their own, or parts of a message of the user.
 */
import { isPlainObject, list, type Message, parseContent, props } from '@spanline/record';

/** One thing that a message says. */
export interface Said {
  /** Place of its message, from 0. */
  readonly message: number;
  readonly role: string;
  readonly text: string;
}

/** JSON with sorted keys. */
export function canonicalJson(value: unknown): string {
  return (
    JSON.stringify(value, (_, inner: unknown) =>
      isPlainObject(inner) ? Object.fromEntries(Object.entries(inner).toSorted(([a], [b]) => (a < b ? -1 : 1))) : inner,
    ) ?? 'undefined'
  );
}

/** Blocks of text that a framework wrote as JSON, such as the result of a tool over MCP. */
function writtenBlocks(text: string): unknown {
  if (!text.startsWith('[{')) return text;
  const value = parseContent(text);
  return list(value).every((block) => props(block)['type'] === 'text') ? value : text;
}

/** A result of a tool as text: it may be a text, blocks of text, or JSON. */
function responseText(given: unknown): string {
  const response = typeof given === 'string' ? writtenBlocks(given) : given;
  if (typeof response === 'string') return response;
  const blocks = list(response).map((block) => props(block)['text'] ?? props(block)['content']);
  if (blocks.length > 0 && blocks.every((block) => typeof block === 'string')) return blocks.join('');
  return canonicalJson(response);
}

function saidBy(role: string, part: Message['parts'][number]): [role: string, text: string] {
  switch (part.type) {
    case 'text':
      return [role, String(props(part)['content'])];
    case 'tool_call':
      return [role, `calls ${String(props(part)['name'])}(${canonicalJson(props(part)['arguments'])})`];
    case 'tool_call_response':
      return ['tool', responseText(props(part)['response'])];
    default:
      return [role, canonicalJson(part)];
  }
}

/** Flattens messages. Ids of tool calls do not count, nor do thoughts, which providers hide. */
export function flatten(messages: readonly Message[]): Said[] {
  const said: Said[] = [];
  for (const [index, { role, parts }] of messages.entries()) {
    for (const part of parts) {
      if (part.type === 'reasoning') continue;
      const [by, text] = saidBy(role, part);
      const last = said.at(-1);
      const joins =
        part.type === 'text' && last?.message === index && last.role === by && !last.text.startsWith('calls ');
      if (joins) said[said.length - 1] = { ...last, text: last.text + text };
      else if (text !== '') said.push({ message: index, role: by, text });
    }
  }
  return said;
}
