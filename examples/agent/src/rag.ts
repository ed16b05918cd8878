import { llmSpan, rerankSpan, retrieverSpan, type Tracer } from '@spanline/core';
import { complete } from './model.ts';

const MANUAL = [
  { id: 'manual/1', content: 'Use the redact option to leave secrets out of the log.' },
  { id: 'manual/2', content: 'A transport runs in a worker thread.' },
  { id: 'manual/3', content: 'Child loggers add fields to each line.' },
];

/** A page with its similarity to the question. */
interface Scored {
  readonly id: string;
  readonly content: string;
  readonly score: number;
}

const letters = (text: string): number[] =>
  Array.from({ length: 26 }, (_, index) => text.toLowerCase().split(String.fromCharCode(97 + index)).length - 1);

function similarity(a: readonly number[], b: readonly number[]): number {
  const product = (x: readonly number[], y: readonly number[]): number =>
    x.reduce((sum, value, index) => sum + value * (y[index] ?? 0), 0);
  return Math.round((product(a, b) / Math.sqrt(product(a, a) * product(b, b))) * 1000) / 1000;
}

/** Finds the pages that are nearest to a vector, the nearest first. */
export function searchManual(vector: readonly number[]): Scored[] {
  return MANUAL.map((page) => ({ ...page, score: similarity(vector, letters(page.content)) })).toSorted(
    (a, b) => b.score - a.score,
  );
}

/** The search and the model. A replay gives recorded ones. */
export interface RagParts {
  readonly search: (vector: readonly number[], question: string) => Scored[] | Promise<Scored[]>;
  readonly complete: typeof complete;
}

/** The steps of retrieval-augmented generation, each a span below one root. */
export async function answerFromManual(
  tracer: Tracer,
  question: string,
  parts: RagParts = { search: searchManual, complete },
): Promise<string> {
  return tracer.withSpan({ name: 'RAG Request', type: 'chain', input: question }, async (root) => {
    const vector = tracer.withSpan({ name: 'embed query', type: 'embedding', input: question }, (span) => {
      const result = letters(question);
      span.set({ 'gen_ai.request.model': 'letters', 'gen_ai.embeddings.dimension.count': result.length });
      return result;
    });
    const found = await retrieverSpan(
      { tracer, name: 'vector search', query: question, dataSource: 'manual', topK: 3 },
      async () => parts.search(vector, question),
    );
    const best = rerankSpan({ tracer, name: 'rerank', query: question, documents: found, topK: 1 }, () =>
      found.slice(0, 1),
    );
    const prompt = tracer.withSpan({ name: 'construct prompt', type: 'prompt' }, (span) => {
      const text = `Answer from the manual.\n${question}\n${best.map(({ content }) => content).join('\n')}`;
      span.set({ 'spanline.prompt.template': 'Answer from the manual.\n{question}\n{documents}' }).output(text);
      return text;
    });
    const { text } = await llmSpan(
      {
        tracer,
        name: 'LLM call',
        model: 'gpt-4o-mini',
        provider: 'openai',
        messages: [{ role: 'user', content: prompt }],
        answer: ({ text: output, usage }) => ({ output, usage }),
      },
      () => parts.complete(prompt),
    );
    const answer = tracer.withSpan({ name: 'post-process', type: 'task' }, () => text.trim());
    root.output(answer);
    return answer;
  });
}
