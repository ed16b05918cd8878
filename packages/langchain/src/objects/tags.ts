/** Tags and metadata: LangChain mixes its own with those of the application. */

const LANGCHAIN_TAG = /^(?:seq:step:|map:key:|graph:step:|retry:attempt:|langsmith:|ls:)/;

/** The tags that the application set. */
export function userTags(tags: readonly string[]): string[] {
  return tags.filter((tag) => !LANGCHAIN_TAG.test(tag));
}

const RETRY_TAG = 'retry:attempt:';

/** The number of the attempt, from the tag that `withRetry` adds. */
export function retryAttempt(tags: readonly string[]): number | undefined {
  const attempt = Number(tags.find((tag) => tag.startsWith(RETRY_TAG))?.slice(RETRY_TAG.length));
  return Number.isInteger(attempt) ? attempt : undefined;
}

const LANGCHAIN_METADATA =
  /^(?:ls_|lc_|langgraph_|checkpoint_|__)|^(?:versions|thread_id|run_id|graph_id|assistant_id|task_id)$/;

const CONVERSATION_KEYS = ['session_id', 'thread_id', 'conversation_id'] as const;

/** The conversation that metadata names. LangGraph puts the thread of a checkpointer there. */
export function conversationId(metadata: Readonly<Record<string, unknown>>): string | undefined {
  for (const key of CONVERSATION_KEYS) {
    const id = metadata[key];
    if (typeof id === 'string' && id !== '') return id;
    if (typeof id === 'number' && Number.isFinite(id)) return String(id);
  }
  return undefined;
}

/** Of more keys the rest is not read. A span has fewer labels. */
const MAX_METADATA = 500;

/** The scalar metadata that the application set, as labels. */
export function userMetadata(metadata: Readonly<Record<string, unknown>>): Record<string, string | number | boolean> {
  const labels: Record<string, string | number | boolean> = {};
  let keys = 0;
  for (const key in metadata) {
    if (keys++ === MAX_METADATA) break;
    const value = metadata[key];
    const isScalar = typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';
    if (isScalar && !LANGCHAIN_METADATA.test(key)) labels[key] = value;
  }
  return labels;
}
