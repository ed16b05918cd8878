import type { Message, MessagePart, SpanAttributes } from '@spanline/core';
import {
  type AnswerReader,
  type Bag,
  bag,
  createTextBuffer,
  list,
  text,
  toMessages,
  toParts,
} from '@spanline/instrumentation';
import { answerFacts } from './answer-facts.ts';

/** States after which an answer of the Responses API no longer changes. */
const FINAL: readonly unknown[] = ['completed', 'incomplete', 'failed', 'cancelled'];

/** Events that carry a piece of the answer. */
const CONTENT =
  /^response\.(?:output_text|refusal|reasoning_text|reasoning_summary_text|function_call_arguments|audio)\.delta$/;

/** A reasoning item keeps its thoughts in `summary`, and is empty when they are not shown. */
function partsOf(item: Bag): MessagePart[] {
  if (item['type'] !== 'reasoning') return toParts(item['type'] === 'message' ? item['content'] : [item]);
  const thoughts = [...list(item['summary']), ...list(item['content'])].map((part) => text(bag(part)['text']));
  const content = thoughts.filter(Boolean).join('\n');
  return content === '' ? [] : [{ type: 'reasoning', content }];
}

function inputMessage(value: unknown): Message[] {
  const item = bag(value);
  if (text(item['role']) !== undefined) return toMessages([item]);
  const parts = partsOf(item);
  const role = text(item['type'])?.endsWith('_output') === true ? 'tool' : 'assistant';
  return parts.length === 0 ? [] : [{ role, parts }];
}

/** `instructions` and `input` of a request, and the conversation that it goes on with. */
export function responsesInput(body: Bag): SpanAttributes {
  const { input, instructions, conversation } = body;
  const messages = Array.isArray(input) ? input.flatMap(inputMessage) : toMessages(input);
  return {
    'gen_ai.conversation.id': text(conversation) ?? text(bag(conversation)['id']),
    ...(input === undefined ? {} : { 'gen_ai.input.messages': messages }),
    ...(text(instructions) === undefined ? {} : { 'gen_ai.system_instructions': toParts(instructions) }),
  };
}

function finishReason(answer: Bag): string | undefined {
  if (!FINAL.includes(answer['status'])) return undefined;
  return text(bag(answer['incomplete_details'])['reason']) ?? text(answer['status']);
}

/** What an answer of the Responses API tells, in whatever state it is. */
function responseFacts(answer: Bag): SpanAttributes {
  const parts = list(answer['output']).flatMap((item) => partsOf(bag(item)));
  const reason = finishReason(answer);
  return {
    ...answerFacts(answer),
    'gen_ai.response.status': text(answer['status']),
    'gen_ai.response.finish_reasons': reason === undefined ? undefined : [reason],
    ...(parts.length === 0 ? {} : { 'gen_ai.output.messages': [{ role: 'assistant', parts }] }),
  };
}

/** Answers that the provider works on in the background, by id: whoever fetches one when it is done sees its tokens first. */
export interface Background {
  /** True once, when a fetched answer is final and was started here. */
  takes(facts: SpanAttributes): boolean;
  note(facts: SpanAttributes): void;
}

/** Most answers of the background that are waited for. */
const MAX_WAITING = 1000;

/** Nothing in the background yet. */
export function createBackground(): Background {
  const waiting = new Set<string>();
  return {
    takes(facts): boolean {
      const { 'gen_ai.response.id': id, 'gen_ai.response.status': status } = facts;
      return id !== undefined && FINAL.includes(status) && waiting.delete(id);
    },
    note(facts): void {
      const { 'gen_ai.response.id': id, 'gen_ai.response.status': status } = facts;
      if (id === undefined) return;
      if (FINAL.includes(status)) {
        waiting.delete(id);
        return;
      }
      waiting.add(id);
      const [oldest] = waiting;
      if (waiting.size > MAX_WAITING && oldest !== undefined) waiting.delete(oldest);
    },
  };
}

/** Reads the answers of `/responses`: whole, or as the events of a stream, whose last one has the whole. */
export function createResponsesReader(note: (facts: SpanAttributes) => void = () => undefined): AnswerReader {
  const written = createTextBuffer();
  let facts: SpanAttributes = {};
  let failure: unknown;

  const read = (answer: Bag): SpanAttributes => {
    facts = { ...facts, ...responseFacts(answer) };
    if (answer['status'] === 'failed') failure = toFailure(answer['error']);
    note(facts);
    return facts;
  };

  return {
    whole: (value) => read(bag(value)),
    chunk(value): 'content' | 'event' {
      const event = bag(value);
      const type = text(event['type']) ?? '';
      if (event['response'] !== undefined) read(bag(event['response']));
      if (type === 'error') failure = toFailure(event);
      if (type === 'response.output_text.delta') written.add(event['delta']);
      return CONTENT.test(type) ? 'content' : 'event';
    },
    gathered(): SpanAttributes {
      const content = written.toString();
      if (facts['gen_ai.output.messages'] !== undefined || content === '') return facts;
      return { ...facts, 'gen_ai.output.messages': [{ role: 'assistant', parts: [{ type: 'text', content }] }] };
    },
    failure: () => failure,
  };
}

function toFailure(error: unknown): unknown {
  const { code, message } = bag(error);
  return { name: text(code) ?? 'response_failed', code, message: text(message) ?? 'The response failed.' };
}
