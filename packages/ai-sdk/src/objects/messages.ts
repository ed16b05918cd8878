/** Prompts of the AI SDK as messages. */

import type { Message } from '@spanline/core';
import { list, type Props, props, text } from '@spanline/instrumentation';
import { toParts } from './parts.ts';

function toMessage(value: unknown): Message {
  const { role, content } = props(value);
  return { role: text(role) ?? 'user', parts: toParts(content, false) };
}

/** Instructions: a text, a system message, or several. */
function systemMessages(instructions: unknown): Message[] {
  if (typeof instructions === 'string') {
    return instructions === '' ? [] : [{ role: 'system', parts: [{ type: 'text', content: instructions }] }];
  }
  if (instructions === undefined || instructions === null) return [];
  return (Array.isArray(instructions) ? (instructions as unknown[]) : [instructions]).map(toMessage);
}

/**
 * The messages of a request, in one of three shapes: what an application gives (`prompt`, `messages` and `instructions`
 * or `system`), what the SDK makes of it for a step (`messages`), and what a model is called with (`prompt`, a list).
 */
export function promptMessages({ instructions, system, prompt, messages, promptMessages: sent }: Props): Message[] {
  const given = sent ?? messages ?? prompt;
  const asked = sent === undefined ? systemMessages(instructions ?? system) : [];
  if (typeof given === 'string') asked.push({ role: 'user', parts: [{ type: 'text', content: given }] });
  else for (const message of list(given)) asked.push(toMessage(message));
  return asked;
}

/** The question of a call: its last message, as the application gave it. */
export function questionOf({ prompt, messages }: Props): unknown {
  const given = messages ?? prompt;
  if (!Array.isArray(given)) return given;
  const { content } = props(given.at(-1));
  return content;
}
