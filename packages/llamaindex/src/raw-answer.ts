import type { SpanAttributes } from '@spanline/core';
import { type Bag, bag, isObject, mergeUsage, normalizeUsage, text, usageAttributes } from '@spanline/instrumentation';

/** What a provider's own answer tells beside the text: model, id, finish reason, tokens. It may come in pieces: the chunks of a stream. */
export interface RawAnswer {
  /** @returns true when the piece told something */
  add(raw: unknown): boolean;
  /** False until a piece told something. */
  readonly told: boolean;
  attributes(): SpanAttributes;
}

/** The first of a list that providers fill with one entry. */
const first = (value: unknown): Bag => bag(Array.isArray(value) ? (value as unknown[])[0] : undefined);

/** A property of the object's own: the classes of Google's SDK have getters that warn the user when they are read. */
const own = (raw: Bag, key: string): unknown => (Object.hasOwn(raw, key) ? raw[key] : undefined);

/**
 * Counts as the provider wrote them: at the answer (OpenAI, Google, Ollama), at the event's answer (OpenAI's Responses API: `response`; Anthropic's first event: `message`).
 */
function usageIn(raw: Bag): Bag | undefined {
  for (const holder of [raw, bag(own(raw, 'response')), bag(own(raw, 'message'))]) {
    for (const key of ['usage', 'usageMetadata']) if (isObject(holder[key])) return holder[key] as Bag;
  }
  return normalizeUsage(raw) === undefined ? undefined : raw;
}

function finishReason(raw: Bag): string | undefined {
  const choice = first(raw['choices']);
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
  let told = false;
  // Anthropic's first event counts what was written by then.
  let unfinished = false;

  return {
    add(value): boolean {
      if (!isObject(value)) return false;
      // Mistral's SDK wraps each chunk.
      const wrapped = own(value as Bag, 'data');
      const raw = (isObject(wrapped) ? wrapped : value) as Bag;
      const inner = bag(own(raw, 'response') ?? own(raw, 'message'));
      const model = text(raw['model']) ?? text(raw['modelVersion']) ?? text(inner['model']);
      const id = text(raw['id']) ?? text(raw['responseId']) ?? text(inner['id']);
      const reason = finishReason(raw);
      const counts = usageIn(raw);
      if (raw['type'] === 'message_start' || raw['type'] === 'message_delta')
        unfinished = raw['type'] === 'message_start';
      known = {
        ...known,
        ...(model === undefined ? {} : { 'gen_ai.response.model': model }),
        ...(id === undefined ? {} : { 'gen_ai.response.id': id }),
        ...(reason === undefined ? {} : { 'gen_ai.response.finish_reasons': [reason] }),
      };
      usage = mergeUsage(usage, counts);
      const tells = model !== undefined || id !== undefined || reason !== undefined || counts !== undefined;
      told ||= tells;
      return tells;
    },
    get told() {
      return told;
    },
    attributes(): SpanAttributes {
      const tokens = normalizeUsage(usage);
      if (tokens === undefined) return known;
      return { ...known, ...usageAttributes(unfinished ? { ...tokens, issue: 'incomplete' } : tokens) };
    },
  };
}
