/** Puts the choices of a streamed chat completion together. */

import type { Message, MessagePart } from '@spanline/core';
import {
  type Props,
  props,
  createTextBuffer,
  list,
  number,
  text,
  type TextBuffer,
  toMessages,
} from '@spanline/instrumentation';

interface StreamedCall {
  id: unknown;
  name: unknown;
  readonly arguments: TextBuffer;
}

/** One choice of a streamed answer, as far as it has arrived. */
interface StreamedChoice {
  role: unknown;
  reason: string | undefined;
  readonly content: TextBuffer;
  readonly reasoning: TextBuffer;
  readonly calls: Map<number, StreamedCall>;
}

/** Limit of choices, and of tool calls of each, that are kept of one answer. */
const MAX_ENTRIES = 128;

function entryOf<T>(entries: Map<number, T>, index: unknown, create: () => T): T | undefined {
  const key = number(index) ?? 0;
  const known = entries.get(key);
  if (known !== undefined || entries.size >= MAX_ENTRIES) return known;
  const made = create();
  entries.set(key, made);
  return made;
}

const newChoice = (): StreamedChoice => ({
  role: undefined,
  reason: undefined,
  content: createTextBuffer(),
  reasoning: createTextBuffer(),
  calls: new Map(),
});

function addCalls(choice: StreamedChoice, deltas: readonly unknown[]): void {
  for (const delta of deltas) {
    const { index, id, function: called } = props(delta);
    const call = entryOf(choice.calls, index, () => ({ id, name: undefined, arguments: createTextBuffer() }));
    if (call === undefined) continue;
    call.id ??= id;
    call.name ??= props(called)['name'];
    call.arguments.add(props(called)['arguments']);
  }
}

/** The one call of a function, from the time before tools. */
function legacyCalls({ function_call: called }: Props): unknown[] {
  return called === undefined || called === null ? [] : [{ index: 0, function: called }];
}

/** @returns true if the delta has content: text, a refusal, a thought or a piece of a tool call */
function addDelta(choice: StreamedChoice, delta: Props): boolean {
  const { role, content, refusal, reasoning_content: thought, reasoning, text: completion, audio } = delta;
  choice.role ??= role;
  const pieces = [content, refusal, completion, props(audio)['transcript']];
  for (const piece of pieces) choice.content.add(piece);
  choice.reasoning.add(text(thought) ?? reasoning);
  const calls = [...list(delta['tool_calls']), ...legacyCalls(delta)];
  addCalls(choice, calls);
  return [...pieces, thought, reasoning].some((piece) => text(piece) !== undefined) || calls.length > 0;
}

function messageOf(choice: StreamedChoice): Message {
  const parts: MessagePart[] = [];
  const reasoning = choice.reasoning.toString();
  const content = choice.content.toString();
  if (reasoning !== '') parts.push({ type: 'reasoning', content: reasoning });
  if (content !== '') parts.push({ type: 'text', content });
  const tool_calls = [...choice.calls.values()].map((call) => ({
    id: call.id,
    function: { name: call.name, arguments: call.arguments.toString() },
  }));
  const [calling] = tool_calls.length === 0 ? [] : toMessages([{ role: 'assistant', content: '', tool_calls }]);
  return { role: text(choice.role) ?? 'assistant', parts: [...parts, ...(calling?.parts ?? [])] };
}

/** A choice of an answer: its message and its finish reason. */
export interface Choice {
  readonly message: Message;
  readonly reason: string | undefined;
}

/** The choices of a streamed answer. */
export interface StreamedChoices {
  /**
   * Adds an entry of a chunk's `choices`.
   *
   * @returns true if it has content
   */
  add(entry: unknown): boolean;
  /** The choices as far as they have arrived. */
  gathered(): Choice[];
}

/** Creates an empty collection. */
export function createStreamedChoices(): StreamedChoices {
  const choices = new Map<number, StreamedChoice>();
  return {
    add(entry): boolean {
      const { index, delta, text: completion, finish_reason: reason } = props(entry);
      const choice = entryOf(choices, index, newChoice);
      if (choice === undefined) return false;
      choice.reason = text(reason) ?? choice.reason;
      return addDelta(choice, delta === undefined ? { text: completion } : props(delta));
    },
    gathered: () => [...choices.values()].map((choice) => ({ message: messageOf(choice), reason: choice.reason })),
  };
}
