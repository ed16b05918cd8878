/** Counts of a provider that LangChain's clients drop. What an answer shows of them makes its cost a lower bound. */

import type { Message } from '@spanline/core';
import { isObject, list, type NormalizedUsage, type Props, props } from '@spanline/instrumentation';

/** A report of nothing but numbers that are missing. */
const missing = (...unknown: string[]): NormalizedUsage => ({ units: {}, source: 'provider', unknown });

/** Blocks of the tools that Anthropic runs. */
const SERVER_CALLS: ReadonlySet<unknown> = new Set(['server_tool_use', 'server_tool_call', 'mcp_tool_use']);

/**
 * Tools of the provider and compactions in the blocks of a streamed answer of Anthropic. LangChain drops the counts of
 * its last event: searches, the tokens of compactions, and the input that the results of tools add to that of the first
 * event. A search that failed is not billed.
 *
 * @param streamedBy - LangChain's name for the provider of the stream
 */
export function blocksUsage(message: Props, streamedBy: string | undefined): NormalizedUsage | undefined {
  const provider = props(message['response_metadata'])['model_provider'] ?? streamedBy;
  if (provider !== 'anthropic') return undefined;
  const blocks = list(message['content']).map(props);
  const calls = blocks.filter(({ type }) => SERVER_CALLS.has(type));
  const searches = calls.filter(({ name }) => name === 'web_search').length;
  const failed = blocks.filter(
    ({ type, content }) => type === 'web_search_tool_result' && isObject(content) && !Array.isArray(content),
  ).length;
  const isCompacted = blocks.some(({ type }) => type === 'compaction');
  if (calls.length === 0 && !isCompacted) return undefined;
  return {
    ...missing(
      ...(calls.length === 0 ? [] : ['message_delta.usage.input_tokens']),
      ...(isCompacted ? ['iterations.compaction'] : []),
    ),
    units: searches === 0 ? {} : { web_searches: Math.max(searches - failed, 0) },
  };
}

/** `ChatGoogle` makes events of the chunks of a stream, and keeps the searches of the last one only. */
export function lostSearches(metadata: Props, isEvents: boolean | undefined): NormalizedUsage | undefined {
  if (isEvents !== true || metadata['groundingMetadata'] === undefined) return undefined;
  return missing('groundingMetadata.webSearchQueries');
}

/** Facts that Google's tools leave beside an answer. */
const TOOL_FACTS = ['groundingMetadata', 'urlContextMetadata'] as const;

/** Blocks of the tool of Google that runs code. */
const CODE_BLOCKS: ReadonlySet<unknown> = new Set(['executableCode', 'codeExecutionResult']);

/** True for an answer that rests on tools that Google ran. */
export function usedGoogleTools({ message, generationInfo }: Props): boolean {
  const { content, additional_kwargs: kwargs, response_metadata: metadata } = props(message);
  const places = [generationInfo, kwargs, metadata].map(props);
  if (places.some((place) => TOOL_FACTS.some((fact) => place[fact] !== undefined))) return true;
  return list(content).some((block) => CODE_BLOCKS.has(props(block)['type']));
}

const isSound = (part: unknown): boolean => props(part)['modality'] === 'audio';

/** True if one of the messages has sound. */
export const hasSound = (messages: readonly Message[]): boolean => messages.some(({ parts }) => parts.some(isSound));

/**
 * The tokens of sound that was sent to Google cost more than those of text. `@langchain/google-genai` counts both as
 * one.
 *
 * @param reports - what is known of the answer's usage
 */
export function lostModalities(reports: readonly (NormalizedUsage | undefined)[]): NormalizedUsage | undefined {
  const isKnown = reports.some((report) => report?.units.input_audio_tokens !== undefined);
  return isKnown ? undefined : missing('promptTokensDetails');
}
