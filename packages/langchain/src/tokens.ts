import { bag, text } from './bag.ts';

/** Most characters that are kept of an answer in case its end never comes. */
const MAX_KEPT = 262_144;

/** What has been streamed of one answer. */
export interface StreamedTokens {
  chunks: number;
  firstMs: number | undefined;
  parts: string[];
  characters: number;
}

/** Nothing streamed yet. */
export function createStreamedTokens(): StreamedTokens {
  return { chunks: 0, firstMs: undefined, parts: [], characters: 0 };
}

/** Content is text, reasoning or a piece of a tool call; the first chunk of most providers has none. */
function hasContent(token: unknown, fields: unknown): boolean {
  if (text(token) !== undefined) return true;
  const message = bag(bag(bag(fields)['chunk'])['message']);
  const { content, tool_call_chunks: calls } = message;
  if (Array.isArray(calls) && calls.length > 0) return true;
  if (Array.isArray(content) && content.length > 0) return true;
  return text(content) !== undefined || text(bag(message['additional_kwargs'])['reasoning_content']) !== undefined;
}

/** Notes a token event. */
export function addToken(tokens: StreamedTokens, token: unknown, fields: unknown): void {
  tokens.chunks++;
  if (tokens.firstMs === undefined && hasContent(token, fields)) tokens.firstMs = performance.now();
  keep(tokens, text(token));
}

/** Notes an event of LangChain's chat model stream protocol; only deltas carry content. */
export function addStreamEvent(tokens: StreamedTokens, event: unknown): void {
  const { event: kind, delta } = bag(event);
  if (kind !== 'content-block-delta') return;
  tokens.chunks++;
  tokens.firstMs ??= performance.now();
  keep(tokens, text(bag(delta)['text']));
}

function keep(tokens: StreamedTokens, part: string | undefined): void {
  if (part === undefined || tokens.characters >= MAX_KEPT) return;
  tokens.parts.push(part);
  tokens.characters += part.length;
}
