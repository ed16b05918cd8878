import type { Message, SpanAttributes } from '@spanline/core';
import { type NormalizedUsage, normalizeUsage, usageAttributes } from '@spanline/core/source';
import { type Bag, bag, first, text } from './bag.ts';
import { toMessage } from './messages.ts';

/** The generations of an `LLMResult`, one list per prompt. */
function generationsOf(result: Bag): Bag[] {
  const { generations } = result;
  return Array.isArray(generations) ? generations.flat().map(bag) : [];
}

function finishReason(generation: Bag): string | undefined {
  const message = bag(generation['message']);
  const metadata = bag(message['response_metadata']);
  const info = bag(generation['generationInfo']);
  const reason = text(
    first(
      metadata['finish_reason'],
      metadata['stop_reason'],
      metadata['finishReason'],
      info['finish_reason'],
      info['finishReason'],
      bag(message['additional_kwargs'])['stop_reason'],
      metadata['status'],
    ),
  );
  // LangChain joins what streamed chunks repeat: "STOPSTOP".
  return reason?.replace(/^(.+?)\1+$/, '$1');
}

function outputMessage(generation: Bag): Message {
  const { message } = generation;
  const converted =
    message === undefined
      ? { role: 'assistant', parts: [{ type: 'text', content: text(generation['text']) ?? '' }] }
      : toMessage(bag(message));
  const reason = finishReason(generation);
  return reason === undefined ? converted : { ...converted, finish_reason: reason };
}

/** Tokens, from the most exact place that has them. */
function usageOf(result: Bag, message: Bag): NormalizedUsage | undefined {
  const metadata = bag(message['response_metadata']);
  const output = bag(result['llmOutput']);
  const candidates = [
    message['usage_metadata'],
    metadata['usageMetadata'],
    metadata['usage'],
    metadata['tokenUsage'],
    output,
  ];
  for (const candidate of candidates) {
    const usage = normalizeUsage(candidate);
    if (usage !== undefined && ((usage.inputTokens ?? 0) > 0 || (usage.outputTokens ?? 0) > 0)) return usage;
  }
  return undefined;
}

function responseId(message: Bag): string | undefined {
  const id = text(first(bag(message['response_metadata'])['id'], message['id']));
  return id === undefined || /^(?:run-|lc_run)/.test(id) ? undefined : id;
}

/**
 * Reads what a model answered from an `LLMResult`, streamed or not, of any provider.
 *
 * @param cached - LangChain answered from its cache: the usage in there was billed to another call
 */
export function readModelOutput(result: unknown, cached: boolean): SpanAttributes {
  const source = bag(result);
  const generations = generationsOf(source);
  const message = bag(generations[0]?.['message']);
  const metadata = bag(message['response_metadata']);
  const output = bag(source['llmOutput']);
  const usage = usageOf(source, message);
  const reasons = generations.flatMap((generation) => finishReason(generation) ?? []);
  return {
    'gen_ai.response.model': text(
      first(
        metadata['model_name'],
        metadata['model'],
        bag(message['additional_kwargs'])['model'],
        output['model'],
        output['model_name'],
      ),
    ),
    'gen_ai.response.id': responseId(message),
    'gen_ai.response.finish_reasons': reasons.length === 0 ? undefined : reasons,
    'gen_ai.output.messages': generations.length === 0 ? undefined : generations.map(outputMessage),
    ...(usage === undefined ? {} : usageAttributes(usage)),
    ...(cached ? { 'spanline.cache.hit': true } : {}),
  };
}
