/** The attributes that a span takes. */
import type { ContentKey, FactAttributes, SpanType } from '@spanline/record';
import type { Content } from '../api/index.ts';
import { isList } from '../gate/index.ts';

/** Returns the key of a span's input. */
export function inputKey(type: SpanType, content: Content): ContentKey {
  if (type === 'llm') return 'gen_ai.input.messages';
  if (type === 'tool') return 'gen_ai.tool.call.arguments';
  if (type === 'prompt' && typeof content === 'object') return 'spanline.prompt.variables';
  return type === 'retriever' && typeof content === 'string' ? 'gen_ai.retrieval.query.text' : 'spanline.input';
}

/** Returns the key of a span's output. */
export function outputKey(type: SpanType, content: Content): ContentKey {
  if (type === 'llm') return 'gen_ai.output.messages';
  if (type === 'tool') return 'gen_ai.tool.call.result';
  const documents = (type === 'retriever' || type === 'reranker') && isList(content);
  return documents ? 'gen_ai.retrieval.documents' : 'spanline.output';
}

/** OpenTelemetry's operation names by span type. */
export const OPERATIONS: Readonly<Partial<Record<SpanType, NonNullable<FactAttributes['gen_ai.operation.name']>>>> = {
  llm: 'chat',
  embedding: 'embeddings',
  retriever: 'retrieval',
  tool: 'execute_tool',
  agent: 'invoke_agent',
};
