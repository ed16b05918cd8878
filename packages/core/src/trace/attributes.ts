/** The attributes that a span takes. */
import type { ContentKey, FactAttributes, SpanAttributes, SpanType } from '@spanline/record';
import type { Content, PromptReference } from '../api/index.ts';
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

/** Returns the attributes of the prompt that a model is asked with. */
export function promptAttributes({ name, version, templateSha256, variables }: PromptReference): SpanAttributes {
  return {
    'gen_ai.prompt.name': name,
    'gen_ai.prompt.version': version,
    'spanline.prompt.template_sha256': templateSha256,
    'spanline.prompt.variables': variables,
  };
}

/** OpenTelemetry's operation names by span type. */
export const OPERATIONS: Readonly<Partial<Record<SpanType, NonNullable<FactAttributes['gen_ai.operation.name']>>>> = {
  llm: 'chat',
  embedding: 'embeddings',
  retriever: 'retrieval',
  tool: 'execute_tool',
  agent: 'invoke_agent',
};
