/** A streamed answer: what has arrived so far, from LangChain's token and stream events. */

import type { MessagePart, SpanAttributes } from '@spanline/core';
import { AnswerUsage, isObject, type Props, props, number, text } from '@spanline/instrumentation';
import { StreamedContent } from './streamed-content.ts';

/** State of one streamed answer. */
export interface StreamedAnswer {
  chunks: number;
  /** True once an event had a chunk. LangChain also reports a token for a complete answer, without a chunk. */
  isStream: boolean;
  /** True for events of `streamEvents` in its third version, which LangChain makes of the provider's chunks. */
  isEvents: boolean;
  /** When the first content arrived, on the clock of `performance.now()`. */
  firstMs: number | undefined;
  /** The answer so far, in case it never ends. */
  content: StreamedContent | undefined;
  /** True once a piece of the answer has arrived. */
  hasOutput: boolean;
  /** `@langchain/anthropic` before 1.0. It does not name its provider. */
  isOldAnthropic: boolean;
  /** LangChain's name for the provider. */
  provider: string | undefined;
  /** The model that was asked for. Clients of Google do not report the one that answered. */
  readonly requestModel: string | undefined;
  /** The model that answered. */
  model: string | undefined;
  /** The first and the last usage reported. */
  firstUsage: Props | undefined;
  lastUsage: Props | undefined;
  /** The provider's own usage, as far as clients keep it in the metadata of chunks. */
  raw: AnswerUsage | undefined;
}

/** Creates the state of an answer before its first event. */
export function createStreamedAnswer(requestModel?: string): StreamedAnswer {
  return {
    chunks: 0,
    isStream: false,
    isEvents: false,
    firstMs: undefined,
    content: undefined,
    hasOutput: false,
    isOldAnthropic: false,
    provider: undefined,
    requestModel,
    model: undefined,
    firstUsage: undefined,
    lastUsage: undefined,
    raw: undefined,
  };
}

/** True for a content block that is not empty. Providers open a block with an empty piece. */
function isFilledBlock(block: unknown): boolean {
  if (typeof block === 'string') return block !== '';
  const { type, text: plain, thinking, reasoning } = props(block);
  if (type === 'text') return text(plain) !== undefined;
  if (type === 'thinking' || type === 'reasoning') return text(thinking) !== undefined || text(reasoning) !== undefined;
  return true;
}

/** True for a chunk with text, reasoning or a piece of a tool call. The first chunk of most providers has none. */
function hasContent(token: unknown, message: Props): boolean {
  if (text(token) !== undefined) return true;
  const { content, tool_call_chunks: chunks, tool_calls: calls } = message;
  if ((Array.isArray(chunks) && chunks.length > 0) || (Array.isArray(calls) && calls.length > 0)) return true;
  if (Array.isArray(content)) return content.some(isFilledBlock);
  return text(content) !== undefined || text(props(message['additional_kwargs'])['reasoning_content']) !== undefined;
}

/**
 * Adds a token event (`handleLLMNewToken`).
 *
 * @returns true if it brought the first piece of the answer
 */
export function addToken(answer: StreamedAnswer, token: unknown, fields: unknown): boolean {
  const { chunk } = props(fields);
  const message = props(props(chunk)['message']);
  answer.chunks++;
  if (chunk !== undefined) answer.isStream = true;
  if (answer.firstMs === undefined && hasContent(token, message)) answer.firstMs = performance.now();
  if (answer.provider === undefined) noteProvider(answer, message);
  noteUsage(answer, message['usage_metadata']);
  noteRaw(answer, message['response_metadata']);
  const content = (answer.content ??= new StreamedContent());
  return isFirst(answer, content.addChunk(token, message));
}

/** True for a delta that is not empty. */
function isFilledDelta(delta: Props): boolean {
  const { type, text: plain, reasoning } = delta;
  if (type === 'text-delta') return text(plain) !== undefined;
  return type !== 'reasoning-delta' || text(reasoning) !== undefined;
}

/**
 * Adds an event of LangChain's chat model stream protocol (`handleChatModelStreamEvent`). Content arrives in deltas; a
 * tool call starts with its name.
 *
 * @returns true if it brought the first piece of the answer
 */
export function addStreamEvent(answer: StreamedAnswer, event: unknown): boolean {
  const { event: kind, content, delta, usage, provider, payload } = props(event);
  answer.isStream = true;
  answer.isEvents = true;
  if (kind === 'provider') {
    answer.provider ??= text(provider);
    answer.model ??= text(props(payload)['model']);
  }
  noteUsage(answer, usage);
  if (kind === 'content-block-start' && text(props(content)['name']) !== undefined)
    answer.firstMs ??= performance.now();
  const isContent = (answer.content ??= new StreamedContent()).addEvent(props(event));
  if (kind !== 'content-block-delta') return isFirst(answer, isContent);
  const part = props(delta);
  answer.chunks++;
  if (answer.firstMs === undefined && isFilledDelta(part)) answer.firstMs = performance.now();
  return isFirst(answer, isContent);
}

/** Old clients of Anthropic are known by their first event: a message without content. */
function noteProvider(answer: StreamedAnswer, message: Props): void {
  answer.provider = text(props(message['response_metadata'])['model_provider']);
  if (answer.provider !== undefined || props(message['additional_kwargs'])['type'] !== 'message') return;
  answer.provider = 'anthropic';
  answer.isOldAnthropic = true;
}

function isEmpty(value: unknown): boolean {
  if (!isObject(value)) return false;
  for (const _ in value) return false;
  return true;
}

/** The metadata of most chunks has the provider's name and an empty usage. */
function noteRaw(answer: StreamedAnswer, metadata: unknown): void {
  if (!isObject(metadata)) return;
  for (const key in metadata) {
    const value: unknown = Reflect.get(metadata, key);
    if (typeof value === 'string' || isEmpty(value)) continue;
    (answer.raw ??= new AnswerUsage({ model: answer.requestModel })).add(metadata);
    return;
  }
}

function noteUsage(answer: StreamedAnswer, usage: unknown): void {
  if (number(props(usage)['output_tokens']) === undefined) return;
  answer.firstUsage ??= props(usage);
  answer.lastUsage = props(usage);
}

/** True if an event has content, and no event before it had. */
function isFirst(answer: StreamedAnswer, isContent: boolean): boolean {
  if (answer.hasOutput || !isContent) return false;
  answer.hasOutput = true;
  return true;
}

/** The output so far, in case the answer never ends. It is put together when the line is written. */
export function partialOutput(answer: StreamedAnswer): SpanAttributes {
  const message = {
    role: 'assistant',
    get parts(): MessagePart[] {
      return answer.content?.toMessage().parts ?? [];
    },
  };
  return { 'gen_ai.output.messages': [message] };
}

/** Attributes of a streamed answer: chunks, and seconds to the first one with content. */
export function streamAttributes(answer: StreamedAnswer, startedMs: number): SpanAttributes {
  return {
    'gen_ai.request.stream': true,
    'spanline.stream.chunks': answer.chunks,
    'gen_ai.response.time_to_first_chunk':
      answer.firstMs === undefined ? undefined : Math.round((answer.firstMs - startedMs) * 1000) / 1e6,
  };
}
