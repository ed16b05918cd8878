import { Document } from '@langchain/core/documents';
import { StringOutputParser } from '@langchain/core/output_parsers';
import { ChatPromptTemplate } from '@langchain/core/prompts';
import { BaseRetriever, type BaseRetrieverInput } from '@langchain/core/retrievers';
import { RunnableLambda, RunnablePassthrough, RunnableSequence } from '@langchain/core/runnables';
import { ChatOpenAI } from '@langchain/openai';
import { createAgent, tool } from 'langchain';
import { z } from 'zod';
import { observe, type Tracer } from '@spanline/core';
import type { Chunk } from './documents.ts';
import { DIMENSIONS, embed, similarity } from './embedding.ts';
import type { Provider } from './provider.ts';

const TOP_K = 4;

/** A retriever over the manual in memory; LangChain's own class, so that its callbacks fire. */
class ManualRetriever extends BaseRetriever {
  override lc_namespace = ['examples', 'rag-service'];
  readonly #index: { chunk: Chunk; vector: number[] }[];
  readonly #embedQuery: (text: string) => number[];

  constructor(chunks: readonly Chunk[], tracer: Tracer, fields?: BaseRetrieverInput) {
    super(fields);
    this.#index = chunks.map((chunk) => ({ chunk, vector: embed(chunk.text) }));
    this.#embedQuery = observe(embed, {
      tracer,
      name: 'embeddings hashed-words',
      type: 'embedding',
      attributes: { 'gen_ai.request.model': 'hashed-words', 'gen_ai.embeddings.dimension.count': DIMENSIONS },
      captureOutput: false,
    });
  }

  static override lc_name(): string {
    return 'ManualRetriever';
  }

  override async _getRelevantDocuments(query: string): Promise<Document[]> {
    const vector = this.#embedQuery(query);
    return this.#index
      .map(({ chunk, vector: other }) => ({ chunk, score: similarity(vector, other) }))
      .toSorted((a, b) => b.score - a.score)
      .slice(0, TOP_K)
      .map(({ chunk, score }) => {
        const metadata = { title: chunk.title, score };
        return new Document({ id: chunk.id, pageContent: chunk.text, metadata });
      });
  }
}

function createModel(provider: Provider): ChatOpenAI {
  return new ChatOpenAI({
    model: provider.model,
    apiKey: provider.apiKey,
    temperature: 0,
    maxRetries: 0,
    streamUsage: true,
    configuration: { baseURL: provider.baseURL, ...(provider.fetch && { fetch: provider.fetch }) },
  });
}

const PROMPT = ChatPromptTemplate.fromMessages([
  ['system', 'You answer questions about the pino logger from the context only.'],
  ['user', 'Question: {question}\n\nContext:\n{context}'],
]);

/** The documentation assistant, written with LangChain. */
export function createLangChainAssistant(chunks: readonly Chunk[], provider: Provider, tracer: Tracer) {
  const retriever = new ManualRetriever(chunks, tracer);
  const model = createModel(provider);
  const chain = RunnableSequence.from([
    {
      context: retriever.pipe(
        RunnableLambda.from((documents: Document[]) =>
          documents.map(({ pageContent }) => pageContent).join('\n\n'),
        ).withConfig({
          runName: 'join_documents',
        }),
      ),
      question: new RunnablePassthrough<string>(),
    },
    PROMPT,
    model,
    new StringOutputParser(),
  ]).withConfig({ runName: 'docs_assistant' });

  const agent = createAgent({
    model,
    name: 'docs_agent',
    systemPrompt: 'You answer questions about the pino logger. Search the manual first.',
    tools: [
      tool(
        async ({ query }: { query: string }, config) => {
          tracer.logger.info({ 'labels.query': query }, 'searching the manual');
          const documents = await retriever.invoke(query, config);
          return `Context:\n${documents.map(({ pageContent }) => pageContent).join('\n\n')}`;
        },
        {
          name: 'search_manual',
          description: 'Searches the pino manual.',
          schema: z.object({ query: z.string() }),
        },
      ),
      tool(() => [...new Set(chunks.map(({ id }) => id.split('#', 1)[0] ?? id))].join(', '), {
        name: 'list_chapters',
        description: 'Lists the chapters of the manual.',
        schema: z.object({}),
      }),
    ],
  });
  return { chain, agent };
}
