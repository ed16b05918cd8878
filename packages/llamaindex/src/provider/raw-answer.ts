/** Attributes from a provider's own answer, beside the text: model, id, finish reason, tokens. */

import type { SpanAttributes } from '@spanline/core';
import {
  type Props,
  props,
  isObject,
  list,
  mergeUsage,
  normalizeUsage,
  text,
  usageAttributes,
} from '@spanline/instrumentation';

/** An answer that may come in pieces: the chunks of a stream. */
export interface RawAnswer {
  /** @returns true if the piece reported something */
  add(raw: unknown): boolean;
  /** True once a piece reported something. */
  readonly isKnown: boolean;
  attributes(): SpanAttributes;
}

/** The first entry of a list that providers fill with one. */
const firstOf = (value: unknown): Props => props(list(value)[0]);

/** An own property. The classes of Google's SDK have getters that print a warning when they are read. */
const own = (raw: Props, key: string): unknown => (Object.hasOwn(raw, key) ? raw[key] : undefined);

/**
 * Token counts as the provider wrote them: in the answer (OpenAI, Google, Ollama), or in the event's `response`
 * (OpenAI's Responses API) or `message` (Anthropic's first event).
 */
function usageIn(raw: Props): Props | undefined {
  for (const holder of [raw, props(own(raw, 'response')), props(own(raw, 'message'))]) {
    for (const key of ['usage', 'usageMetadata']) if (isObject(holder[key])) return holder[key] as Props;
  }
  return normalizeUsage(raw) === undefined ? undefined : raw;
}

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
  let known: SpanAttributes = {};
  let usage: Props | undefined;
  let isKnown = false;
  // Anthropic's first event counts only what was written by then.
  let isUnfinished = false;

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
      const counts = usageIn(raw);
      const { type } = raw;
      if (type === 'message_start' || type === 'message_delta') isUnfinished = type === 'message_start';
      known = {
        ...known,
        ...(model === undefined ? {} : { 'gen_ai.response.model': model }),
        ...(id === undefined ? {} : { 'gen_ai.response.id': id }),
        ...(reason === undefined ? {} : { 'gen_ai.response.finish_reasons': [reason] }),
      };
      usage = mergeUsage(usage, counts);
      const reports = model !== undefined || id !== undefined || reason !== undefined || counts !== undefined;
      isKnown ||= reports;
      return reports;
    },
    get isKnown() {
      return isKnown;
    },
    attributes(): SpanAttributes {
      const tokens = normalizeUsage(usage);
      if (tokens === undefined) return known;
      return { ...known, ...usageAttributes(isUnfinished ? { ...tokens, issue: 'incomplete' } : tokens) };
    },
  };
}
