/** Calls the assistant on a recorded question: its search and its model are answered from the lines. */
import { controlledClock } from '@spanline/core/testing';
import type { TraceContext } from '@spanline/replay';
import { answer, complete, searchIndex } from './assistant.ts';

export function program(text: string, { recorded, tracer }: TraceContext): Promise<string> {
  const clock = controlledClock(Date.UTC(2026, 0, 15, 10));
  const search = recorded.retriever('search', searchIndex);
  const ask = recorded.model(complete, {
    request: (content) => ({ model: 'gpt-4o', messages: content }),
    answer: ({ text: said, usage = { input: 0, output: 0 } }) => ({
      text: said,
      usage: { prompt_tokens: usage.input, completion_tokens: usage.output, total_tokens: usage.input + usage.output },
    }),
  });
  const limit = Number(process.env['MAX_DOCUMENTS'] ?? Infinity);
  return answer({ tracer, clock, maxDocuments: limit, search, complete: ask }, { text, documents: 46 });
}
