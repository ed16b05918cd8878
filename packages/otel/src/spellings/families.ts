/** Attributes whose last part is a name or a number: lists that a vocabulary writes as one attribute for each field. */
import type { ContentKey } from '@spanline/record';

/** A family of attributes. */
export interface Family {
  /** Beginning of the attributes. What follows is `<number>.<field>…`, or a name. */
  readonly prefix: string;
  /** Where it goes: content, labels by the last part, or nowhere. */
  readonly to: ContentKey | 'labels' | 'nothing';
  /** A field in which each entry wraps its own: `message` in `llm.input_messages.0.message.role`. */
  readonly wrapper?: string;
}

/** Every family. The first one whose prefix fits counts. */
export const FAMILIES: readonly Family[] = [
  { prefix: 'llm.input_messages.', to: 'gen_ai.input.messages', wrapper: 'message' },
  { prefix: 'llm.output_messages.', to: 'gen_ai.output.messages', wrapper: 'message' },
  { prefix: 'llm.prompts.', to: 'gen_ai.input.messages', wrapper: 'prompt' },
  { prefix: 'llm.completions.', to: 'gen_ai.output.messages' },
  { prefix: 'gen_ai.prompt.', to: 'gen_ai.input.messages' },
  { prefix: 'gen_ai.completion.', to: 'gen_ai.output.messages' },
  { prefix: 'llm.tools.', to: 'gen_ai.tool.definitions', wrapper: 'tool' },
  { prefix: 'llm.request.functions.', to: 'gen_ai.tool.definitions' },
  { prefix: 'retrieval.documents.', to: 'gen_ai.retrieval.documents', wrapper: 'document' },
  { prefix: 'reranker.output_documents.', to: 'gen_ai.retrieval.documents', wrapper: 'document' },
  { prefix: 'reranker.input_documents.', to: 'spanline.input', wrapper: 'document' },
  { prefix: 'embedding.embeddings.', to: 'spanline.input', wrapper: 'embedding' },
  { prefix: 'ai.telemetry.metadata.', to: 'labels' },
  { prefix: 'ai.settings.context.', to: 'labels' },
  { prefix: 'traceloop.association.properties.', to: 'labels' },
  { prefix: 'langsmith.metadata.', to: 'labels' },
  { prefix: 'langfuse.trace.metadata.', to: 'labels' },
  { prefix: 'ai.request.headers.', to: 'nothing' },
  { prefix: 'http.request.header.', to: 'nothing' },
  { prefix: 'http.response.header.', to: 'nothing' },
];
