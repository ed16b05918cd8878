import { llmSpan, rerankSpan, retrieverSpan, type Tracer } from '@spanline/core';
import type { ControlledClock } from '@spanline/core/testing';

const RERANK_LIMIT = 30;
const RERANK_TIMEOUT_MS = 22_000;

class TimeoutError extends Error {
  override readonly name = 'TimeoutError';
}

/** Parts of the assistant. */
export interface Assistant {
  tracer: Tracer;
  clock: ControlledClock;
  /** Maximum number of documents to rerank. @defaultValue all that were found */
  maxDocuments?: number;
  /** Finds documents. @defaultValue the index */
  search?: (query: string, count: number) => Found[] | Promise<Found[]>;
  /** Asks the model. @defaultValue one that answers always the same */
  complete?: (prompt: string) => Completion | Promise<Completion>;
}

/** A question, and the number of documents that the index has for it. */
export interface Question {
  text: string;
  documents: number;
}

/** A document of the index. */
interface Found {
  id: string;
  score: number;
  content: string;
}

/** An answer of the model. */
interface Completion {
  text: string;
  usage: { prompt_tokens: number; completion_tokens: number; total_tokens: number };
}

/** Searches the index. The program under test replaces it by the recorded search. */
export function searchIndex(_query: string, count: number): Found[] {
  return Array.from({ length: count }, (_, index) => ({
    id: `contracts/${index + 1}`,
    score: Math.round(920 - index * 8) / 1000,
    content: `Clause ${index + 1}`,
  }));
}

/** Asks the model. */
export function complete(_prompt: string): Completion {
  return { text: 'See clause 1.', usage: { prompt_tokens: 900, completion_tokens: 180, total_tokens: 1080 } };
}

/** The reranker: fast up to thirty documents; beyond that it times out. */
function rerank(documents: readonly Found[], clock: ControlledClock): Found[] {
  if (documents.length > RERANK_LIMIT) {
    clock.advance(RERANK_TIMEOUT_MS);
    throw new TimeoutError('the reranker has not answered in 22 s');
  }
  clock.advance(150 + documents.length * 8);
  return documents.slice(0, 5);
}

/** Answers a legal question in five steps, in about 3 s. A failing reranker costs time and quality, not the answer. */
export function answer(assistant: Assistant, question: Question): Promise<string> {
  const { tracer, clock, maxDocuments = Infinity, search = searchIndex, complete: ask = complete } = assistant;
  const query = question.text;
  return tracer.withSpan({ name: 'legal question', type: 'chain', input: query }, async (root) => {
    tracer.withSpan({ name: 'expand query', type: 'task' }, () => clock.advance(120));
    tracer.withSpan({ name: 'embed', type: 'embedding' }, () => clock.advance(90));
    const all = await retrieverSpan({ tracer, name: 'search', query, dataSource: 'contracts' }, async () => {
      clock.advance(240);
      return search(query, Math.min(question.documents, maxDocuments));
    });
    const found = all.slice(0, maxDocuments);
    let best = found.slice(0, 5);
    try {
      best = rerankSpan({ tracer, name: 'rerank', query, documents: found, topK: 5 }, () => rerank(found, clock));
    } catch {
      tracer.logger.warn('going on with the order of the search');
    }
    const prompt = `${best.map(({ content }) => content).join('\n')}\n${query}`;
    const { text } = await llmSpan(
      {
        tracer,
        name: 'generate',
        model: 'gpt-4o',
        provider: 'openai',
        messages: [{ role: 'user', content: prompt }],
        answer: (result) => ({ output: result.text, usage: result.usage, finishReasons: ['stop'] }),
      },
      async () => {
        clock.advance(2100);
        return ask(prompt);
      },
    );
    root.output(text);
    return text;
  });
}
