/** Facts of the application about a call: `runtimeContext` (from `ai` 7 on) or `metadata` (before). */

import type { Span } from '@spanline/core';
import { hasKeys, type Props, props, setConversation } from '@spanline/instrumentation';

/** Of more keys the rest is not read. A span has fewer labels. */
const MAX_KEYS = 500;

/** Names of the conversation's id, in the order of their weight. */
const CONVERSATION = [
  'chatId',
  'conversationId',
  'threadId',
  'sessionId',
  'chat_id',
  'conversation_id',
  'thread_id',
  'session_id',
] as const;

/** The SDK filters the runtime context: only what the application included arrives. */
function given({ runtimeContext, metadata, durableContext }: Props): Props {
  if (metadata === undefined && durableContext === undefined) return props(runtimeContext);
  return { ...props(metadata), ...props(props(durableContext)['runtimeContext']), ...props(runtimeContext) };
}

/** The id of the chat that a call belongs to. */
function conversationOf(values: Props): string | undefined {
  for (const key of CONVERSATION) {
    const id = values[key];
    if (typeof id === 'string' && id !== '') return id;
    if (typeof id === 'number' && Number.isFinite(id)) return String(id);
  }
  return undefined;
}

/** Sets the scalar values as labels, and the conversation. */
export function describeContext(span: Span, event: Props): void {
  const values = given(event);
  if (!hasKeys(values)) return;
  let keys = 0;
  for (const key in values) {
    if (keys++ === MAX_KEYS) break;
    const value = values[key];
    if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') span.label(key, value);
  }
  const conversation = conversationOf(values);
  if (conversation !== undefined) setConversation(span, conversation);
}
