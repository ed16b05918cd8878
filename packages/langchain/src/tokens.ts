import type { SpanAttributes } from '@spanline/core';
import { type Bag, bag, number, text } from '@spanline/instrumentation';

/** Most characters that are kept of an answer in case its end never comes. */
const MAX_KEPT = 262_144;

/** What has been streamed of one answer. */
export interface StreamedTokens {
  chunks: number;
  /** True once an event brought a chunk with it; those that LangChain makes up for answers that came whole do not. */
  isStream: boolean;
  firstMs: number | undefined;
  parts: string[];
  characters: number;
  /** `@langchain/anthropic` before 1.0, which does not name its provider. */
  isOldAnthropic: boolean;
  /** LangChain's name of the provider, and the model that it says answered. */
  provider: string | undefined;
  model: string | undefined;
  /** The usage that was reported first and last. */
  firstUsage: Bag | undefined;
  lastUsage: Bag | undefined;
}

/** Nothing streamed yet. */
export function createStreamedTokens(): StreamedTokens {
  return {
    chunks: 0,
    isStream: false,
    firstMs: undefined,
    parts: [],
    characters: 0,
    isOldAnthropic: false,
    provider: undefined,
    model: undefined,
    firstUsage: undefined,
    lastUsage: undefined,
  };
}

/** A piece of content that says something; providers open a block with an empty one. */
function saysSomething(block: unknown): boolean {
  if (typeof block === 'string') return block !== '';
  const { type, text: plain, thinking, reasoning } = bag(block);
  if (type === 'text') return text(plain) !== undefined;
  if (type === 'thinking' || type === 'reasoning') return text(thinking) !== undefined || text(reasoning) !== undefined;
  return true;
}

/** Content is text, reasoning or a piece of a tool call; the first chunk of most providers has none. */
function hasContent(token: unknown, message: Bag): boolean {
  if (text(token) !== undefined) return true;
  const { content, tool_call_chunks: chunks, tool_calls: calls } = message;
  if ((Array.isArray(chunks) && chunks.length > 0) || (Array.isArray(calls) && calls.length > 0)) return true;
  if (Array.isArray(content)) return content.some(saysSomething);
  return text(content) !== undefined || text(bag(message['additional_kwargs'])['reasoning_content']) !== undefined;
}

/**
 * Notes a token event.
 *
 * @returns true when it brought the first words
 */
export function addToken(tokens: StreamedTokens, token: unknown, fields: unknown): boolean {
  const { chunk } = bag(fields);
  const message = bag(bag(chunk)['message']);
  tokens.chunks++;
  if (chunk !== undefined) tokens.isStream = true;
  if (tokens.firstMs === undefined && hasContent(token, message)) tokens.firstMs = performance.now();
  if (tokens.provider === undefined) noteProvider(tokens, message);
  noteUsage(tokens, message['usage_metadata']);
  return keep(tokens, text(token));
}

/** A delta that adds something. */
function isSome(delta: Bag): boolean {
  const { type, text: plain, reasoning } = delta;
  if (type === 'text-delta') return text(plain) !== undefined;
  return type !== 'reasoning-delta' || text(reasoning) !== undefined;
}

/**
 * Notes an event of LangChain's chat model stream protocol; content comes in deltas, and a tool call begins with its name.
 *
 * @returns true when it brought the first words
 */
export function addStreamEvent(tokens: StreamedTokens, event: unknown): boolean {
  const { event: kind, content, delta, usage, provider, payload } = bag(event);
  tokens.isStream = true;
  if (kind === 'provider') {
    tokens.provider ??= text(provider);
    tokens.model ??= text(bag(payload)['model']);
  }
  noteUsage(tokens, usage);
  if (kind === 'content-block-start' && text(bag(content)['name']) !== undefined) tokens.firstMs ??= performance.now();
  if (kind !== 'content-block-delta') return false;
  const part = bag(delta);
  tokens.chunks++;
  if (tokens.firstMs === undefined && isSome(part)) tokens.firstMs = performance.now();
  return keep(tokens, text(part['text']));
}

/** The first event of Anthropic's own protocol is a message without content. */
function noteProvider(tokens: StreamedTokens, message: Bag): void {
  tokens.provider = text(bag(message['response_metadata'])['model_provider']);
  if (tokens.provider !== undefined || bag(message['additional_kwargs'])['type'] !== 'message') return;
  tokens.provider = 'anthropic';
  tokens.isOldAnthropic = true;
}

function noteUsage(tokens: StreamedTokens, usage: unknown): void {
  if (number(bag(usage)['output_tokens']) === undefined) return;
  tokens.firstUsage ??= bag(usage);
  tokens.lastUsage = bag(usage);
}

function keep(tokens: StreamedTokens, part: string | undefined): boolean {
  if (part === undefined || tokens.characters >= MAX_KEPT) return false;
  tokens.characters += part.length;
  return tokens.parts.push(part) === 1;
}

/** The words so far, in case that no end comes: they are put together when the line is written. */
export function answerSoFar(tokens: StreamedTokens): SpanAttributes {
  const part = {
    type: 'text' as const,
    get content(): string {
      return tokens.parts.join('');
    },
  };
  return { 'gen_ai.output.messages': [{ role: 'assistant', parts: [part] }] };
}

/** How an answer was streamed, as attributes. */
export function streamFacts(tokens: StreamedTokens, startedMs: number): SpanAttributes {
  return {
    'gen_ai.request.stream': true,
    'spanline.stream.chunks': tokens.chunks,
    'gen_ai.response.time_to_first_chunk':
      tokens.firstMs === undefined ? undefined : Math.round((tokens.firstMs - startedMs) * 1000) / 1e6,
  };
}
