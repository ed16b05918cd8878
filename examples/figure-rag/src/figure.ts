import { llmSpan, rerankSpan, retrieverSpan, type Tracer } from '@spanline/core';
import type { ControlledClock } from '@spanline/core/testing';

const QUESTION = 'How did revenue develop in the third quarter?';

const FOUND = [0.91, 0.88, 0.83, 0.77, 0.72].map((score, index) => ({
  id: `docs_v2/${index + 1}`,
  score,
  content: `Section ${index + 1} of the quarterly report.`,
}));

/** One RAG request of 1180 ms: embedding, search, reranking, generation, post-processing. */
export function ragRequest(tracer: Tracer, clock: ControlledClock): void {
  tracer.withSpan({ name: 'RAG Request', type: 'chain', input: QUESTION }, (root) => {
    tracer.withSpan({ name: 'embed_query', type: 'embedding' }, (span) => {
      span.set({ 'gen_ai.request.model': 'text-embedding-3-small', 'gen_ai.embeddings.dimension.count': 1536 });
      clock.advance(85);
    });

    const search = { tracer, name: 'vector_search', query: QUESTION, dataSource: 'docs_v2', topK: 5 };
    const found = retrieverSpan(search, () => {
      clock.advance(120);
      return FOUND;
    });

    const ranked = rerankSpan({ tracer, name: 'rerank', query: QUESTION, documents: found, topK: 3 }, () => {
      clock.advance(65);
      return found.slice(0, 3);
    });

    const { text } = llmSpan(
      {
        tracer,
        name: 'llm_generate',
        model: 'gpt-4o',
        provider: 'openai',
        temperature: 0,
        messages: [
          { role: 'system', content: ranked.map(({ content }) => content).join('\n') },
          { role: 'user', content: QUESTION },
        ],
        attributes: { 'spanline.cost.usd': 0.0142 },
        answer: ({ text, usage }) => ({ output: text, usage, finishReasons: ['stop'] }),
      },
      () => {
        clock.advance(870);
        return { text: 'It grew by 8 %.', usage: { prompt_tokens: 580, completion_tokens: 840, total_tokens: 1420 } };
      },
    );

    const answer = tracer.withSpan({ name: 'post_process', type: 'task' }, () => {
      clock.advance(40);
      return text.trim();
    });
    root.output(answer);
  });
}
