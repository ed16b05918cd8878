/** What LlamaIndex does that becomes a span. */
export type Operation =
  | 'query'
  | 'chat_engine'
  | 'retrieve'
  | 'embed'
  | 'vector_search'
  | 'rerank'
  | 'synthesize'
  | 'select'
  | 'index'
  | 'ingest'
  | 'parse'
  | 'llm'
  | 'tool'
  | 'agent'
  | 'step';

const ALL: Readonly<Record<Operation, true>> = {
  query: true,
  chat_engine: true,
  retrieve: true,
  embed: true,
  vector_search: true,
  rerank: true,
  synthesize: true,
  select: true,
  index: true,
  ingest: true,
  parse: true,
  llm: true,
  tool: true,
  agent: true,
  step: true,
};

/** Every operation. */
export const OPERATIONS: readonly Operation[] = Object.keys(ALL) as Operation[];
