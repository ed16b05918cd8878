import type { Tracer } from '@opentelemetry/api';
import { embed, EMBEDDING_MODEL, generate, MODEL, search } from './steps.ts';

/** The three steps as spans of OpenTelemetry's API, with attributes as people write them by hand. */
export function answerWithOpenTelemetry(otel: Tracer, question: string): Promise<string> {
  return otel.startActiveSpan('rag_query', async (root) => {
    const vector = await otel.startActiveSpan('embed_query', async (span) => {
      const result = await embed(question);
      span.setAttribute('embedding.model', EMBEDDING_MODEL);
      span.setAttribute('embedding.dimensions', result.length);
      span.end();
      return result;
    });
    const pages = await otel.startActiveSpan('vector_search', async (span) => {
      span.setAttribute('vector_search.index', 'rivers');
      span.setAttribute('vector_search.top_k', 2);
      const found = await search(vector, 2);
      span.setAttribute('vector_search.results', found.length);
      span.end();
      return found;
    });
    const text = await otel.startActiveSpan('llm_generate', async (span) => {
      span.setAttribute('llm.model', MODEL);
      span.setAttribute('llm.temperature', 0);
      const answer = await generate(question, pages);
      span.setAttribute('llm.prompt_tokens', answer.promptTokens);
      span.setAttribute('llm.completion_tokens', answer.completionTokens);
      span.end();
      return answer.text;
    });
    root.end();
    return text;
  });
}
