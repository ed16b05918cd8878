import type { Message, MessagePart, SpanAttributes } from '@spanline/core';
import {
  type AnswerReader,
  type Bag,
  bag,
  createTextBuffer,
  type TextBuffer,
  list,
  number,
  text,
  toMessages,
} from '@spanline/instrumentation';
import { answerFacts } from './answer-facts.ts';

interface StreamedCall {
  id: unknown;
  name: unknown;
  readonly arguments: TextBuffer;
}

/** One choice of a streamed answer, as far as it came. */
interface StreamedChoice {
  role: unknown;
  reason: string | undefined;
  readonly content: TextBuffer;
  readonly reasoning: TextBuffer;
  readonly calls: Map<number, StreamedCall>;
}

/** Most choices and tool calls that are kept of one answer. */
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
    const { index, id, function: called } = bag(delta);
    const call = entryOf(choice.calls, index, () => ({ id, name: undefined, arguments: createTextBuffer() }));
    if (call === undefined) continue;
    call.id ??= id;
    call.name ??= bag(called)['name'];
    call.arguments.add(bag(called)['arguments']);
  }
}

/** The one call of a function, from the time before tools. */
function legacyCalls({ function_call: called }: Bag): unknown[] {
  return called === undefined || called === null ? [] : [{ index: 0, function: called }];
}

/** @returns true when the delta brought content: text, a refusal, a thought or a piece of a tool call */
function addDelta(choice: StreamedChoice, delta: Bag): boolean {
  const { role, content, refusal, reasoning_content: thought, reasoning, text: completed, audio } = delta;
  choice.role ??= role;
  const said = [content, refusal, completed, bag(audio)['transcript']];
  for (const piece of said) choice.content.add(piece);
  choice.reasoning.add(text(thought) ?? reasoning);
  const calls = [...list(delta['tool_calls']), ...legacyCalls(delta)];
  addCalls(choice, calls);
  return [...said, thought, reasoning].some((piece) => text(piece) !== undefined) || calls.length > 0;
}

function streamedMessage(choice: StreamedChoice): Message {
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
  return withReason(
    { role: text(choice.role) ?? 'assistant', parts: [...parts, ...(calling?.parts ?? [])] },
    choice.reason,
  );
}

function withReason(message: Message, reason: string | undefined): Message {
  return reason === undefined ? message : { ...message, finish_reason: reason };
}

function wholeMessage(choice: Bag): Message {
  const { message, text: completion } = choice;
  const given = message === undefined ? { role: 'assistant', content: completion } : bag(message);
  const content = given['content'] ?? text(given['refusal']) ?? bag(given['audio'])['transcript'] ?? null;
  const [converted] = toMessages([content === given['content'] ? given : { ...given, content }]);
  return withReason(converted ?? { role: 'assistant', parts: [] }, text(choice['finish_reason']));
}

function outputFacts(messages: Message[], reasons: readonly (string | undefined)[]): SpanAttributes {
  const known = reasons.filter((reason) => reason !== undefined);
  return {
    'gen_ai.response.finish_reasons': known.length === 0 ? undefined : known,
    ...(messages.length === 0 ? {} : { 'gen_ai.output.messages': messages }),
  };
}

/** Creates a reader of the answers of `/chat/completions` and `/completions`. */
export function createChatReader(): AnswerReader {
  const choices = new Map<number, StreamedChoice>();
  let facts: SpanAttributes = {};

  const addChoice = (value: unknown): boolean => {
    const { index, delta, text: completed, finish_reason: reason } = bag(value);
    const choice = entryOf(choices, index, newChoice);
    if (choice === undefined) return false;
    choice.reason = text(reason) ?? choice.reason;
    return addDelta(choice, delta === undefined ? { text: completed } : bag(delta));
  };

  return {
    whole(value): SpanAttributes {
      const answer = bag(value);
      const given = list(answer['choices']).map(bag);
      return {
        ...answerFacts(answer),
        ...outputFacts(
          given.map(wholeMessage),
          given.map((choice) => text(choice['finish_reason'])),
        ),
      };
    },
    chunk(value): 'content' | 'event' {
      const chunk = bag(value);
      const told = Object.entries(answerFacts(chunk)).filter(([, fact]) => fact !== undefined);
      facts = { ...facts, ...Object.fromEntries(told) };
      const brought = list(chunk['choices']).map(addChoice);
      return brought.includes(true) ? 'content' : 'event';
    },
    gathered(): SpanAttributes {
      const given = [...choices.values()];
      return {
        ...facts,
        ...outputFacts(
          given.map(streamedMessage),
          given.map((choice) => choice.reason),
        ),
      };
    },
  };
}
