import { OpenAI } from '@llamaindex/openai';
import { BaseEmbedding, Document, Settings, VectorStoreIndex } from 'llamaindex';
import type { Chunk } from './documents.ts';
import { embed } from './embedding.ts';
import type { Provider } from './provider.ts';

/** The example's embedding as a LlamaIndex class. */
class HashedWordsEmbedding extends BaseEmbedding {
  constructor() {
    super();
  }

  override async getTextEmbedding(text: string): Promise<number[]> {
    return embed(text);
  }
}

/** The documentation assistant, written with LlamaIndex. */
export async function createLlamaIndexAssistant(chunks: readonly Chunk[], provider: Provider) {
  Settings.embedModel = new HashedWordsEmbedding();
  Settings.llm = new OpenAI({
    model: provider.model,
    apiKey: provider.apiKey,
    temperature: 0,
    maxRetries: 0,
    additionalSessionOptions: { baseURL: provider.baseURL, ...(provider.fetch && { fetch: provider.fetch }) },
  });
  const index = await VectorStoreIndex.fromDocuments(
    chunks.map(({ id, title, text }) => new Document({ id_: id, text, metadata: { title } })),
  );
  return index.asQueryEngine({ similarityTopK: 4 });
}
