/** What LlamaIndex does that becomes a span. */
export const OPERATIONS = [
  'query',
  'chat_engine',
  'retrieve',
  'embed',
  'vector_search',
  'rerank',
  'synthesize',
  'select',
  'index',
  'ingest',
  'parse',
  'llm',
  'tool',
  'agent',
  'step',
] as const;

/** One kind of work of LlamaIndex. */
export type Operation = (typeof OPERATIONS)[number];
