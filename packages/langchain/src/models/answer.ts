/** Reads the answer of a model: complete, broken off, or an error. */

import type { Message, SpanAttributes } from '@spanline/core';
import {
  groundedParts,
  type NormalizedUsage,
  props,
  type Props,
  rateLimitRatio,
  reportedByHeaders,
  text,
  usageAttributes,
} from '@spanline/instrumentation';
import { isGrounding } from '../objects/answer-content.ts';
import { toMessage } from '../objects/messages.ts';
import { streamAttributes, type StreamedAnswer } from './streamed-answer.ts';
import { readPartialUsage, readUsage } from './usage.ts';

/** The generations of an `LLMResult`, which has one list per prompt. */
function generationsOf(result: Props): Props[] {
  const { generations } = result;
  if (!Array.isArray(generations)) return [];
  const [only] = generations as unknown[];
  return (generations.length === 1 && Array.isArray(only) ? only : generations.flat()).map(props);
}

/** Limits the comparison below, which takes quadratic time. */
const MAX_NAME = 256;

/** Undoes the joining of values that every chunk repeats: `STOPSTOP`. */
function once(value: unknown): string | undefined {
  return text(value)
    ?.slice(0, MAX_NAME)
    .replace(/^(.{3,}?)\1+$/s, '$1');
}

function finishReason(generation: Props): string | undefined {
  const message = props(generation['message']);
  const metadata = props(message['response_metadata']);
  const info = props(generation['generationInfo']);
  return once(
    info['finish_reason'] ??
      info['finishReason'] ??
      metadata['finish_reason'] ??
      metadata['stop_reason'] ??
      metadata['finishReason'] ??
      metadata['stopReason'] ??
      props(metadata['messageStop'])['stopReason'] ??
      metadata['done_reason'] ??
      info['done_reason'] ??
      props(message['additional_kwargs'])['stop_reason'] ??
      props(metadata['incomplete_details'])['reason'] ??
      metadata['status'],
  );
}

/** Streamed, Google's searches and sources stand beside the message. */
function grounded(message: Message, { message: source, generationInfo }: Props): Message {
  const info = props(generationInfo);
  if (!isGrounding(info)) return message;
  const { additional_kwargs: kwargs, response_metadata: metadata } = props(source);
  const isKnown = [kwargs, metadata].map(props).some(isGrounding);
  return isKnown ? message : { ...message, parts: groundedParts(info, message.parts) };
}

function outputMessage(generation: Props, reason: string | undefined): Message {
  const { message } = generation;
  const converted =
    message === undefined
      ? { role: 'assistant', parts: [{ type: 'text', content: text(generation['text']) ?? '' }] }
      : grounded(toMessage(props(message)), generation);
  return reason === undefined ? converted : { ...converted, finish_reason: reason };
}

function responseModel(result: Props, generation: Props, streamed: StreamedAnswer | undefined): string | undefined {
  const message = props(generation['message']);
  const metadata = props(message['response_metadata']);
  const output = props(result['llmOutput']);
  return once(
    props(generation['generationInfo'])['model'] ??
      metadata['model_name'] ??
      metadata['model'] ??
      props(message['additional_kwargs'])['model'] ??
      output['model'] ??
      output['model_name'] ??
      streamed?.model,
  );
}

function responseId(message: Props): string | undefined {
  const metadata = props(message['response_metadata']);
  const id = text(metadata['id'] ?? metadata['responseId'] ?? message['id']);
  return id === undefined || /^(?:run-|lc_run)/.test(id) ? undefined : id;
}

/** The provider's request id: on errors of OpenAI and Anthropic, on answers and errors of Amazon. */
function requestId(source: Props): string | undefined {
  return text(source['requestID'] ?? source['request_id'] ?? props(source['$metadata'])['requestId']);
}

/** Circumstances of an answer. */
export interface Arrival {
  /** LangChain answered from its cache: nothing was streamed, and the tokens were billed to an earlier call. */
  readonly isCached: boolean;
  readonly startedMs: number;
  readonly streamed: StreamedAnswer | undefined;
  /** Usage that a traced client received below. */
  readonly observed: NormalizedUsage | undefined;
  /** The model that was asked for. */
  readonly requestModel?: string | undefined;
  /** Sound was sent to Google. */
  readonly hasSound?: boolean | undefined;
}

/** A single token event without a chunk is no stream. The message of a stream has `tool_call_chunks`. */
function isStream(streamed: StreamedAnswer, message: Props): boolean {
  return streamed.isStream || streamed.chunks > 1 || 'tool_call_chunks' in message;
}

/** Reads an `LLMResult` of any provider, streamed or not. */
export function readModelOutput(result: unknown, arrival: Arrival): SpanAttributes {
  const { isCached, startedMs, streamed, observed, requestModel, hasSound } = arrival;
  const source = props(result);
  const generations = generationsOf(source);
  const generation = generations[0] ?? {};
  const message = props(generation['message']);
  const metadata = props(message['response_metadata']);
  const model = responseModel(source, generation, streamed);
  const usage = isCached
    ? undefined
    : readUsage({ result: source, generations, streamed, observed, model: model ?? requestModel, hasSound });
  const reasonOf = generations.map(finishReason);
  const reasons = reasonOf.filter((reason) => reason !== undefined);
  return {
    'gen_ai.response.model': model,
    'gen_ai.response.id': responseId(message),
    'gen_ai.response.status': text(metadata['status']),
    'gen_ai.response.finish_reasons': reasons.length === 0 ? undefined : reasons,
    'gen_ai.output.messages':
      generations.length === 0 ? undefined : generations.map((each, index) => outputMessage(each, reasonOf[index])),
    'spanline.ratelimit.remaining_ratio': isCached ? undefined : rateLimitRatio(metadata['headers']),
    'spanline.provider.request_id': isCached ? undefined : requestId(metadata),
    ...(isCached ? undefined : reportedByHeaders(metadata['headers'])),
    ...(usage === undefined ? {} : usageAttributes(usage)),
    ...(isCached ? { 'spanline.cache.hit': true } : {}),
    ...(streamed !== undefined && !isCached && isStream(streamed, message)
      ? streamAttributes(streamed, startedMs)
      : {}),
  };
}

/** Attributes of an answer that broke off, besides its text. */
export function readBrokenAnswer(
  streamed: StreamedAnswer | undefined,
  startedMs: number,
  observed: NormalizedUsage | undefined,
): SpanAttributes {
  const usage = readPartialUsage(streamed, observed);
  return {
    ...(streamed === undefined ? {} : streamAttributes(streamed, startedMs)),
    ...(usage === undefined ? {} : usageAttributes(usage)),
    ...(streamed?.model === undefined ? {} : { 'gen_ai.response.model': streamed.model }),
  };
}

/** Reads the rate limits and the request id of a provider's error. */
export function readModelError(error: unknown): SpanAttributes {
  const source = props(error);
  const sources = [source, props(source['response']), props(source['cause'])];
  const ratios = sources.map(({ headers }) => rateLimitRatio(headers));
  return {
    'spanline.ratelimit.remaining_ratio': ratios.find((ratio) => ratio !== undefined),
    'spanline.provider.request_id': sources.map(requestId).find((id) => id !== undefined),
  };
}
