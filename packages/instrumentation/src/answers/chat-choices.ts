/** Choices of a chat completion, whole or put together from the chunks of a stream. */

import {
  isPlainObject,
  list,
  type Message,
  type Props,
  props,
  type SpanAttributes,
  text,
  toMessages,
  toParts,
} from '@spanline/record';
import { createEntries, leftOutPart } from './entries.ts';
import { createStreamedCalls, type StreamedCalls } from './streamed-calls.ts';
import { createTextBuffer, type TextBuffer } from './text-buffer.ts';

/** One choice of a streamed answer, as far as it has arrived. */
interface StreamedChoice {
  role: unknown;
  reason: string | undefined;
  readonly content: TextBuffer;
  readonly refusal: TextBuffer;
  readonly reasoning: TextBuffer;
  readonly transcript: TextBuffer;
  readonly sound: TextBuffer;
  readonly calls: StreamedCalls;
  /** Sources of the text, pictures, and the tools that the provider ran. They arrive whole. */
  readonly annotations: unknown[];
  readonly images: unknown[];
  readonly executed: unknown[];
  /** Thoughts in pieces of their own: MiniMax's, and OpenRouter's beside its text. */
  readonly details: unknown[];
}

const newChoice = (): StreamedChoice => ({
  role: undefined,
  reason: undefined,
  content: createTextBuffer(),
  refusal: createTextBuffer(),
  reasoning: createTextBuffer(),
  transcript: createTextBuffer(),
  sound: createTextBuffer(),
  calls: createStreamedCalls(),
  annotations: [],
  images: [],
  executed: [],
  details: [],
});

/** Limit of sources and pictures of one choice. */
const MAX_WHOLE = 1000;

function keep(kept: unknown[], more: unknown): void {
  for (const entry of list(more)) if (kept.length < MAX_WHOLE) kept.push(entry);
}

/** Mistral sends blocks instead of text. */
function addBlocks(choice: StreamedChoice, blocks: unknown): void {
  for (const part of toParts(blocks)) {
    if (part.type === 'text') choice.content.add(part['content']);
    else if (part.type === 'reasoning') choice.reasoning.add(part['content']);
    else keep(choice.images, [part]);
  }
}

/** True for a delta that has nothing but a piece of text, as most have: a key that is missing takes long to find. */
function isText(delta: Props): delta is { role?: unknown; content: string } {
  if (!isPlainObject(delta)) return false;
  for (const key in delta) if (key !== 'content' && key !== 'role') return false;
  return typeof delta['content'] === 'string';
}

/** @returns true if the delta has content: text, a refusal, a thought, sound or a piece of a tool call */
function addDelta(choice: StreamedChoice, delta: Props): boolean {
  if (isText(delta)) {
    choice.role ??= delta.role;
    choice.content.add(delta.content);
    return delta.content !== '';
  }
  const { content, refusal, reasoning_content: thought, reasoning, text: completion, audio } = delta;
  const { transcript, data } = props(audio);
  choice.role ??= delta['role'];
  if (Array.isArray(content)) addBlocks(choice, content);
  else choice.content.add(content ?? completion);
  choice.refusal.add(refusal);
  choice.transcript.add(transcript);
  choice.sound.add(data);
  choice.reasoning.add(text(thought) ?? reasoning ?? delta['reasoning_text']);
  keep(choice.annotations, delta['annotations']);
  keep(choice.images, delta['images']);
  keep(choice.executed, delta['executed_tools']);
  keep(choice.details, delta['reasoning_details']);
  const calls = list(delta['tool_calls'] ?? delta['toolCalls']);
  choice.calls.add(calls);
  const legacy = delta['function_call'];
  if (legacy !== undefined && legacy !== null) choice.calls.addLegacy(legacy);
  const pieces = [
    content,
    completion,
    refusal,
    transcript,
    data,
    thought,
    reasoning,
    delta['reasoning_text'],
    delta['reasoning_details'],
  ];
  return (
    pieces.some((piece) => text(piece) !== undefined || list(piece).length > 0) || calls.length > 0 || Boolean(legacy)
  );
}

const orNothing = (buffer: TextBuffer): string | undefined => text(buffer.toString());

/** The message as an answer that is not streamed has it. */
function wholeMessage(choice: StreamedChoice, sources: readonly unknown[]): Props {
  const { role, content, refusal, reasoning, transcript, sound } = choice;
  return {
    role: text(role) ?? 'assistant',
    content: orNothing(content),
    refusal: orNothing(refusal),
    reasoning_content: orNothing(reasoning),
    audio: { transcript: orNothing(transcript), data: sound.isWhole ? orNothing(sound) : undefined },
    annotations: choice.annotations.length > 0 ? choice.annotations : sources,
    images: choice.images,
    executed_tools: choice.executed,
    reasoning_details: choice.details,
    ...choice.calls.whole(),
  };
}

const toMessage = (message: unknown): Message =>
  toMessages([message], 'assistant')[0] ?? { role: 'assistant', parts: [] };

function streamedMessage(choice: StreamedChoice, sources: readonly unknown[]): Message {
  const message = toMessage(wholeMessage(choice, sources));
  const leftOut = choice.calls.leftOut();
  return leftOut === 0 ? message : { ...message, parts: [...message.parts, leftOutPart(leftOut, 'tool calls')] };
}

/** A choice of an answer: its message and its finish reason. */
export interface Choice {
  readonly message: Message;
  readonly reason: string | undefined;
}

/** Sources that a provider lists beside the choices: Perplexity, xAI. */
function sourcesBeside({ citations, search_results: results }: Props): readonly unknown[] {
  const given = list(citations);
  return given.length > 0 ? given : list(results);
}

/**
 * A choice of an answer that came whole.
 *
 * @param answer - what the choice is in
 */
export function wholeChoice(choice: unknown, answer: Props): Choice {
  const { message, text: completion, finish_reason: reason } = props(choice);
  const given = message === undefined ? { role: 'assistant', content: completion } : props(message);
  const sources = list(given['annotations']).length > 0 ? [] : sourcesBeside(answer);
  return {
    message: toMessage(sources.length === 0 ? given : { ...given, annotations: sources }),
    reason: text(reason),
  };
}

/** The choices of a streamed answer. */
export interface StreamedChoices {
  /**
   * Adds an entry of a chunk's `choices`.
   *
   * @returns true if it has content
   */
  add(entry: unknown): boolean;
  /** Adds the sources that a chunk lists beside its choices. Most chunks repeat them. */
  addSources(chunk: Props): void;
  /** The choices as far as they have arrived. */
  gathered(): Choice[];
}

/** Creates an empty collection. */
export function createStreamedChoices(): StreamedChoices {
  const choices = createEntries<StreamedChoice>();
  /** By their URLs. */
  let sources: Map<unknown, unknown> | undefined;
  return {
    add(entry): boolean {
      const { index, delta, text: completion, finish_reason: reason } = props(entry);
      const choice = choices.at(index, newChoice);
      if (choice === undefined) return false;
      choice.reason = text(reason) ?? choice.reason;
      return addDelta(choice, delta === undefined ? { text: completion } : props(delta));
    },
    addSources(chunk): void {
      for (const source of sourcesBeside(chunk)) {
        sources ??= new Map();
        if (sources.size < MAX_WHOLE) sources.set(text(props(source)['url']) ?? source, source);
      }
    },
    gathered: () =>
      choices
        .all()
        .map((choice) => ({ message: streamedMessage(choice, [...(sources?.values() ?? [])]), reason: choice.reason })),
  };
}

type Mutable<T> = { -readonly [key in keyof T]: T[key] };

/** The message of a choice, with its finish reason. */
function outputMessage({ message, reason }: Choice): Message {
  if (reason === undefined) return message;
  // After a spread, V8 defines each further member of a literal on its slow path.
  const finished: Mutable<Message> = { ...message };
  finished.finish_reason = reason;
  return finished;
}

/**
 * Choices as attributes: their messages, and why each of them ended.
 *
 * @param attributes - takes them
 */
export function choiceAttributes(choices: readonly Choice[], attributes: SpanAttributes = {}): SpanAttributes {
  const reasons: string[] = [];
  for (const { reason } of choices) if (reason !== undefined) reasons.push(reason);
  attributes['gen_ai.response.finish_reasons'] = reasons.length === 0 ? undefined : reasons;
  if (choices.length > 0) attributes['gen_ai.output.messages'] = choices.map(outputMessage);
  return attributes;
}
