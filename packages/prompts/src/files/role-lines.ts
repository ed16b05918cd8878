/**
 * Messages in a file: a line `system:`, `developer:`, `user:` or `assistant:` begins a message, a line
 * `messages: history` is the place of a list of messages. A backslash in front makes such a line text. A body without
 * such lines is one text.
 */
import { type Template, ROLES } from '../template/messages.ts';
import type { PromptRole } from '../template/messages.ts';

const MARKER = new RegExp(String.raw`^(\\*)(?:(${ROLES.join('|')}):|messages:\s*(\S+))[ \t]*$`);

type Entry = { role: PromptRole; lines: string[] } | { messages: string };

const textOf = (lines: readonly string[]): string => lines.join('\n').replaceAll(/^(?:[ \t]*\n)+|(?:\n[ \t]*)+$/g, '');

/** Reads a body. `undefined` if there is text in front of the first message. */
export function readBody(body: string): Template | undefined {
  const before: string[] = [];
  const entries: Entry[] = [];
  let open: string[] = before;
  for (const line of body.replaceAll('\r\n', '\n').split('\n')) {
    const [, escapes = '', role, list] = MARKER.exec(line) ?? [];
    if (escapes !== '') open.push(line.slice(1));
    else if (role !== undefined) entries.push({ role: role as PromptRole, lines: (open = []) });
    else if (list !== undefined) {
      entries.push({ messages: list });
      // Text behind a placeholder belongs to no message.
      open = before;
    } else open.push(line);
  }
  const text = textOf(before);
  if (entries.length === 0) return text;
  if (text.trim() !== '') return undefined;
  return entries.map((entry) =>
    'messages' in entry ? entry : { role: entry.role, content: textOf(entry.lines) },
  ) as Template;
}

const escapeLines = (text: string): string =>
  text
    .split('\n')
    .map((line) => (MARKER.test(line) ? `\\${line}` : line))
    .join('\n');

/** Writes a template as a body that {@link readBody} reads. */
export function writeBody(template: Template): string {
  if (typeof template === 'string') return `${escapeLines(template)}\n`;
  const blocks = template.map((entry) =>
    'messages' in entry ? `messages: ${entry.messages}\n` : `${entry.role}:\n${escapeLines(entry.content)}\n`,
  );
  return blocks.join('\n');
}
