import { llmSpan, retrieverSpan, type Tracer } from '@spanline/core';
import { embed, EMBEDDING_MODEL, generate, MODEL, type Page, search } from './steps.ts';

/** The search and the model. A replay gives recorded ones. */
export interface Steps {
  readonly search: (vector: readonly number[], topK: number, question: string) => Promise<readonly Page[]>;
  readonly generate: typeof generate;
}

/** The same three steps as spans of Spanline. */
export function answerWithSpanline(
  tracer: Tracer,
  question: string,
  steps: Steps = { search, generate },
): Promise<string> {
  return tracer.withSpan({ name: 'rag_query', type: 'chain', input: question }, async (root) => {
    const vector = await tracer.withSpan({ name: 'embed_query', type: 'embedding' }, async (span) => {
      const result = await embed(question);
      span.set({ 'gen_ai.request.model': EMBEDDING_MODEL, 'gen_ai.embeddings.dimension.count': result.length });
      return result;
    });
    const pages = await retrieverSpan(
      { tracer, name: 'vector_search', query: question, dataSource: 'rivers', topK: 2 },
      () => steps.search(vector, 2, question),
    );
    const answer = await llmSpan(
      {
        tracer,
        name: 'llm_generate',
        model: MODEL,
        temperature: 0,
        messages: [{ role: 'user', content: question }],
        answer: ({ text, promptTokens, completionTokens }) => ({
          output: text,
          usage: { prompt_tokens: promptTokens, completion_tokens: completionTokens },
        }),
      },
      () => steps.generate(question, pages),
    );
    root.output(answer.text);
    return answer.text;
  });
}
