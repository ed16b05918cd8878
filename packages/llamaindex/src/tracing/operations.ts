/** Operations of LlamaIndex that become spans. */
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

/** One operation. */
export type Operation = (typeof OPERATIONS)[number];
