/** A provider's own answer: its messages, model, id, finish reason and tokens. */

import type { Message, SpanAttributes } from '@spanline/core';
import {
  AnswerUsage,
  createAnswerContent,
  type Props,
  props,
  isObject,
  list,
  type NormalizedUsage,
  text,
} from '@spanline/instrumentation';

/** An answer that may come in pieces: the chunks of a stream. */
export interface RawAnswer {
  /** @returns true if the piece reported something */
  add(raw: unknown): boolean;
  /** True once a piece reported something. */
  isKnown(): boolean;
  attributes(): SpanAttributes;
  /** The messages, as far as they have arrived; empty if the shape is not known. */
  messages(): Message[];
  /** @param isBroken - the answer ended early */
  usage(isBroken: boolean): NormalizedUsage | undefined;
}

/** The first entry of a list that providers fill with one. */
const firstOf = (value: unknown): Props => props(list(value)[0]);

/** An own property. The classes of Google's SDK have getters that print a warning when they are read. */
const own = (raw: Props, key: string): unknown => (Object.hasOwn(raw, key) ? raw[key] : undefined);

function finishReason(raw: Props): string | undefined {
  const choice = firstOf(raw['choices']);
  return (
    text(choice['finish_reason']) ??
    text(choice['finishReason']) ??
    text(raw['stop_reason']) ??
    text(props(raw['delta'])['stop_reason']) ??
    text(raw['done_reason']) ??
    text(firstOf(raw['candidates'])['finishReason'])
  );
}

/** Creates an answer of which nothing is known yet. */
export function createRawAnswer(): RawAnswer {
  const usage = new AnswerUsage();
  const content = createAnswerContent();
  const known: SpanAttributes = {};
  let isKnown = false;

  return {
    add(value): boolean {
      if (!isObject(value)) return false;
      // Mistral's SDK wraps each chunk.
      const wrapped = own(value as Props, 'data');
      const raw = (isObject(wrapped) ? wrapped : value) as Props;
      const inner = props(own(raw, 'response') ?? own(raw, 'message'));
      const model = text(raw['model']) ?? text(raw['modelVersion']) ?? text(inner['model']);
      const id = text(raw['id']) ?? text(raw['responseId']) ?? text(inner['id']);
      const reason = finishReason(raw);
      usage.add(raw);
      content.add(raw);
      if (model !== undefined) known['gen_ai.response.model'] = model;
      if (id !== undefined) known['gen_ai.response.id'] = id;
      if (reason !== undefined) known['gen_ai.response.finish_reasons'] = [reason];
      const reports = model !== undefined || id !== undefined || reason !== undefined;
      isKnown ||= reports;
      return reports;
    },
    // V8 keeps the getter of a literal, and all that it refers to, until a full collection.
    isKnown: () => isKnown,
    attributes: () => known,
    messages: content.messages,
    usage: (isBroken) => usage.read(isBroken),
  };
}
