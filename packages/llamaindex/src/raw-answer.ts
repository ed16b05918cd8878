import type { SpanAttributes } from '@spanline/core';
import { normalizeUsage, usageAttributes } from '@spanline/core/source';
import { bag, type Bag, isObject, text } from './bag.ts';

/** What a provider's own answer tells beside the text: model, id, finish reason, tokens. It may come in pieces: the chunks of a stream. */
export interface RawAnswer {
  /** @returns true when the piece told something */
  add(raw: unknown): boolean;
  attributes(): SpanAttributes;
}

/** The first of a list that providers fill with one entry. */
const first = (value: unknown): Bag => bag(Array.isArray(value) ? (value as unknown[])[0] : undefined);

/**
 * Counts as the provider wrote them: at the answer (OpenAI, Google, Ollama), at the event's answer (OpenAI's Responses API: `response`; Anthropic's first event: `message`; Mistral's SDK: `data`).
 */
function usageIn(raw: Bag): Bag | undefined {
  for (const holder of [raw, bag(raw['response']), bag(raw['message']), bag(raw['data'])]) {
    for (const key of ['usage', 'usageMetadata']) if (isObject(holder[key])) return holder[key] as Bag;
  }
  return normalizeUsage(raw) === undefined ? undefined : raw;
}

function finishReason(raw: Bag): string | undefined {
  const choice = first(raw['choices'] ?? bag(raw['data'])['choices']);
  return (
    text(choice['finish_reason']) ??
    text(choice['finishReason']) ??
    text(raw['stop_reason']) ??
    text(bag(raw['delta'])['stop_reason']) ??
    text(raw['done_reason']) ??
    text(first(raw['candidates'])['finishReason'])
  );
}

/** An answer of which nothing is known yet. */
export function createRawAnswer(): RawAnswer {
  let known: SpanAttributes = {};
  // A provider may spread its counts over a stream: Anthropic tells the input with the first event, the output with the last.
  let usage: Bag | undefined;

  return {
    add(value): boolean {
      if (!isObject(value)) return false;
      const raw = value as Bag;
      const inner = bag(raw['response'] ?? raw['message'] ?? raw['data']);
      const model = text(raw['model']) ?? text(raw['modelVersion']) ?? text(inner['model']);
      const id = text(raw['id']) ?? text(raw['responseId']) ?? text(inner['id']);
      const reason = finishReason(raw);
      const counts = usageIn(raw);
      known = {
        ...known,
        ...(model === undefined ? {} : { 'gen_ai.response.model': model }),
        ...(id === undefined ? {} : { 'gen_ai.response.id': id }),
        ...(reason === undefined ? {} : { 'gen_ai.response.finish_reasons': [reason] }),
      };
      if (counts !== undefined) {
        const told = Object.entries(counts).filter(([, count]) => count !== null && count !== undefined);
        usage = { ...usage, ...Object.fromEntries(told) };
      }
      return model !== undefined || id !== undefined || reason !== undefined || counts !== undefined;
    },
    attributes(): SpanAttributes {
      const tokens = normalizeUsage(usage);
      return { ...known, ...(tokens === undefined ? {} : usageAttributes(tokens)) };
    },
  };
}
