/** The lines of a request that searches, ranks and answers. */

import { said } from './agent.ts';
import { spanLine } from './lines.ts';

const json = (value: unknown): string => JSON.stringify(value);

/** How a request went. */
export interface RagRequest {
  readonly trace: number;
  /** The documents of the search. @defaultValue one */
  readonly found?: readonly { readonly id: string; readonly content: string }[];
  /** The model is busy. @defaultValue false */
  readonly isLimited?: boolean;
}

export const LEASE = { id: 'lease/4', content: 'The notice period is three months.' };

export function ragLines({ trace, found = [LEASE], isLimited = false }: RagRequest): string[] {
  const text = found.map(({ content }) => content).join();
  const input = [said('system', text), said('user', 'Hello.'), said('user', 'How long is it?')];
  const answered = { 'gen_ai.output.messages': json([said('assistant', `So: ${text}`)]) };
  const failed = { 'span.status': 'error', 'error.type': 'RateLimitError', 'error.message': '429 Slow down' };
  return [
    spanLine(
      { trace, span: 2, parent: 1, fromMs: 10 },
      {
        'span.type': 'retriever',
        'span.name': 'retrieval docs',
        'gen_ai.retrieval.query.text': 'How long is it?',
        'gen_ai.retrieval.documents': json(found),
        'spanline.retrieval.count': found.length,
        'spanline.redactions': 2,
      },
    ),
    spanLine(
      { trace, span: 3, parent: 1, fromMs: 30 },
      {
        'span.type': 'llm',
        'span.name': 'chat gpt-4o',
        'gen_ai.request.model': 'gpt-4o',
        'gen_ai.request.temperature': 0,
        'gen_ai.input.messages': json(input),
        ...(isLimited ? failed : answered),
      },
    ),
    spanLine(
      { trace, span: 1, durationMs: 60 },
      {
        'span.type': 'chain',
        'span.name': 'ask',
        'span.status': isLimited ? 'error' : 'ok',
        'spanline.error.propagated': isLimited || undefined,
      },
    ),
  ];
}
