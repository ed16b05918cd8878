import type { Message, SpanAttributes } from '@spanline/core';
import { bag, type Bag, rateLimitRatio, text, usageAttributes } from '@spanline/instrumentation';
import { first } from './first.ts';
import { toMessage } from './messages.ts';
import { readPartialUsage, readUsage } from './model-usage.ts';
import { streamFacts, type StreamedTokens } from './tokens.ts';

/** The generations of an `LLMResult`, one list per prompt. */
function generationsOf(result: Bag): Bag[] {
  const { generations } = result;
  if (!Array.isArray(generations)) return [];
  const [only] = generations as unknown[];
  return (generations.length === 1 && Array.isArray(only) ? only : generations.flat()).map(bag);
}

/** Longer names are none; the comparison below takes quadratic time. */
const MAX_NAME = 256;

/** LangChain joins what the chunks of a stream repeat: `STOPSTOP`. */
function once(value: unknown): string | undefined {
  return text(value)
    ?.slice(0, MAX_NAME)
    .replace(/^(.{3,}?)\1+$/s, '$1');
}

function finishReason(generation: Bag): string | undefined {
  const message = bag(generation['message']);
  const metadata = bag(message['response_metadata']);
  const info = bag(generation['generationInfo']);
  return once(
    first(
      info['finish_reason'],
      info['finishReason'],
      metadata['finish_reason'],
      metadata['stop_reason'],
      metadata['finishReason'],
      metadata['stopReason'],
      bag(metadata['messageStop'])['stopReason'],
      metadata['done_reason'],
      info['done_reason'],
      bag(message['additional_kwargs'])['stop_reason'],
      bag(metadata['incomplete_details'])['reason'],
      metadata['status'],
    ),
  );
}

function outputMessage(generation: Bag, reason: string | undefined): Message {
  const { message } = generation;
  const converted =
    message === undefined
      ? { role: 'assistant', parts: [{ type: 'text', content: text(generation['text']) ?? '' }] }
      : toMessage(bag(message));
  return reason === undefined ? converted : { ...converted, finish_reason: reason };
}

function responseModel(result: Bag, generation: Bag, streamed: StreamedTokens | undefined): string | undefined {
  const message = bag(generation['message']);
  const metadata = bag(message['response_metadata']);
  const output = bag(result['llmOutput']);
  return once(
    first(
      bag(generation['generationInfo'])['model'],
      metadata['model_name'],
      metadata['model'],
      bag(message['additional_kwargs'])['model'],
      output['model'],
      output['model_name'],
      streamed?.model,
    ),
  );
}

function responseId(message: Bag): string | undefined {
  const metadata = bag(message['response_metadata']);
  const id = text(first(metadata['id'], metadata['responseId'], message['id']));
  return id === undefined || /^(?:run-|lc_run)/.test(id) ? undefined : id;
}

/** The id that a provider's support asks for: on errors of OpenAI and Anthropic, on answers and errors of Amazon. */
function requestId(source: Bag): string | undefined {
  return text(first(source['requestID'], source['request_id'], bag(source['$metadata'])['requestId']));
}

/** How an answer came. */
export interface Answer {
  /** LangChain answered from its cache: nothing was streamed, and the tokens in the result were billed to another call. */
  readonly cached: boolean;
  readonly startedMs: number;
  readonly tokens: StreamedTokens | undefined;
}

/** A single token event without a chunk is made up; the message of a stream is of the class that has chunks of tool calls. */
function isStreamed(tokens: StreamedTokens, message: Bag): boolean {
  return tokens.isStream || tokens.chunks > 1 || 'tool_call_chunks' in message;
}

/** Reads what a model answered from an `LLMResult`, streamed or not, of any provider. */
export function readModelOutput(result: unknown, { cached, startedMs, tokens }: Answer): SpanAttributes {
  const source = bag(result);
  const generations = generationsOf(source);
  const generation = generations[0] ?? {};
  const message = bag(generation['message']);
  const metadata = bag(message['response_metadata']);
  const usage = cached ? undefined : readUsage(source, generation, tokens);
  const reasonOf = generations.map(finishReason);
  const reasons = reasonOf.filter((reason) => reason !== undefined);
  return {
    'gen_ai.response.model': responseModel(source, generation, tokens),
    'gen_ai.response.id': responseId(message),
    'gen_ai.response.status': text(metadata['status']),
    'gen_ai.response.finish_reasons': reasons.length === 0 ? undefined : reasons,
    'gen_ai.output.messages':
      generations.length === 0 ? undefined : generations.map((each, index) => outputMessage(each, reasonOf[index])),
    'spanline.ratelimit.remaining_ratio': cached ? undefined : rateLimitRatio(metadata['headers']),
    'spanline.provider.request_id': cached ? undefined : requestId(metadata),
    ...(usage === undefined ? {} : usageAttributes(usage)),
    ...(cached ? { 'spanline.cache.hit': true } : {}),
    ...(tokens !== undefined && !cached && isStreamed(tokens, message) ? streamFacts(tokens, startedMs) : {}),
  };
}

/** Reads what came of an answer that broke off, beside its words. */
export function readBrokenAnswer(tokens: StreamedTokens, startedMs: number): SpanAttributes {
  const usage = readPartialUsage(tokens);
  return {
    ...streamFacts(tokens, startedMs),
    ...(usage === undefined ? {} : usageAttributes(usage)),
    ...(tokens.model === undefined ? {} : { 'gen_ai.response.model': tokens.model }),
  };
}

/** Reads what a provider's error tells beside itself. */
export function readModelError(error: unknown): SpanAttributes {
  const source = bag(error);
  const places = [source, bag(source['response']), bag(source['cause'])];
  const ratios = places.map(({ headers }) => rateLimitRatio(headers));
  return {
    'spanline.ratelimit.remaining_ratio': ratios.find((ratio) => ratio !== undefined),
    'spanline.provider.request_id': places.map(requestId).find((id) => id !== undefined),
  };
}
