import type { PromptReference } from '@spanline/core';
import type { Prompt } from '@spanline/prompts';
/** A recorded request with another prompt in the place of the one that it had. */
import { isPlainObject, type Message, parseContent, SpanlineError } from '@spanline/record';
import type { RecordedModelCall } from '@spanline/replay';

/** The messages of the new request, and the prompt for its line. */
export interface Prompted {
  readonly messages: readonly Message[];
  readonly reference: PromptReference;
}

const isSystem = ({ role }: { readonly role: string }): boolean => role === 'system' || role === 'developer';

const toMessage = (entry: object): Message =>
  'parts' in entry
    ? (entry as Message)
    : {
        role: (entry as { role: string }).role,
        parts: [{ type: 'text', content: (entry as { content: string }).content }],
      };

/** A recorded request: its system messages, what it was asked, and the turns of tools after it. */
interface Request {
  readonly system: readonly Message[];
  readonly head: readonly Message[];
  readonly turns: readonly Message[];
}

function splitRequest(messages: readonly Message[]): Request {
  const rest = messages.filter((message) => !isSystem(message));
  const isAsked = ({ role, parts }: Message): boolean =>
    role === 'user' && parts.every(({ type }) => type !== 'tool_call_response');
  const end = rest.findLastIndex(isAsked) + 1;
  return { system: messages.filter(isSystem), head: rest.slice(0, end), turns: rest.slice(end) };
}

function valuesOf(call: RecordedModelCall, prompt: Prompt): Record<string, unknown> {
  const written = call.record['spanline.prompt.variables'];
  const values = written === undefined ? {} : parseContent(written);
  const given = isPlainObject(values) ? values : {};
  return Object.fromEntries(Object.entries(given).filter(([name]) => Object.hasOwn(prompt.variables, name)));
}

/** A text without variables is the system message. One with variables replaces that too, else the only question. */
function ofText(filled: string, hasVariables: boolean, { system, head, turns }: Request): readonly Message[] {
  const isQuestion = hasVariables && system.length === 0 && head.length === 1;
  const message = toMessage({ role: isQuestion ? 'user' : 'system', content: filled });
  return isQuestion ? [message, ...turns] : [message, ...head, ...turns];
}

/** The place of a list of messages in a template, and how many messages follow it. */
function placeOf({ template }: Prompt): { readonly name: string; readonly after: number } | undefined {
  if (typeof template === 'string') return undefined;
  const at = template.findIndex((entry) => 'messages' in entry);
  const entry = template[at];
  return entry !== undefined && 'messages' in entry
    ? { name: entry.messages, after: template.length - at - 1 }
    : undefined;
}

/**
 * Puts a prompt in the place of the recorded one.
 *
 * - A prompt of system messages alone replaces these; everything else stays as it was asked.
 * - A prompt with other messages is filled with the recorded variables. Earlier turns fill its list of messages. Calls
 *   of tools and their results, which followed the question, stay.
 *
 * @returns the reason, if the line does not have what the prompt needs
 */
export function withPrompt(call: RecordedModelCall, prompt: Prompt): Prompted | string {
  const request = splitRequest(call.messages ?? []);
  const { head, turns } = request;
  const values = valuesOf(call, prompt);
  const place = placeOf(prompt);
  const isSystemOnly =
    typeof prompt.template !== 'string' && prompt.template.every((entry) => 'role' in entry && isSystem(entry));
  if (place !== undefined) values[place.name] = head.slice(0, Math.max(0, head.length - place.after));
  const missing = Object.entries(prompt.variables)
    .filter(([name, rule]) => rule.default === undefined && !Object.hasOwn(values, name))
    .map(([name]) => name);
  if (missing.length > 0) return `the line has no value of the variable ${missing.join(', ')} of the prompt`;
  try {
    const filled = prompt.format(values);
    const reference = prompt.reference(values);
    if (typeof filled === 'string')
      return { messages: ofText(filled, Object.keys(prompt.variables).length > 0, request), reference };
    const messages = filled.map(toMessage);
    if (isSystemOnly) return { messages: [...messages, ...head, ...turns], reference };
    if (place === undefined && head.some(({ role }) => role === 'assistant'))
      return 'the request has earlier turns, and the prompt has no place for them (messages: history)';
    return { messages: [...messages, ...turns], reference };
  } catch (error) {
    if (error instanceof SpanlineError) return `the recorded variables do not fit the prompt: ${error.message}`;
    throw error;
  }
}
