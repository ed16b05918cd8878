/** Facts of the application about a call: `runtimeContext` (from `ai` 7 on) or `metadata` (before). */

import { type Props, props } from '@spanline/instrumentation';

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
  return { ...props(metadata), ...props(props(durableContext)['runtimeContext']), ...props(runtimeContext) };
}

/** The scalar values as labels. */
export function labelsOf(event: Props): Record<string, string | number | boolean> {
  const labels: Record<string, string | number | boolean> = {};
  const values = given(event);
  let keys = 0;
  for (const key in values) {
    if (keys++ === MAX_KEYS) break;
    const value = values[key];
    if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') labels[key] = value;
  }
  return labels;
}

/** The id of the chat that a call belongs to. */
export function conversationOf(event: Props): string | undefined {
  const values = given(event);
  for (const key of CONVERSATION) {
    const id = values[key];
    if (typeof id === 'string' && id !== '') return id;
    if (typeof id === 'number' && Number.isFinite(id)) return String(id);
  }
  return undefined;
}
